using System.Collections.Immutable;
using System.Text;
using MailManager.Smtp.Grammar;

namespace MailManager.Delivery.TlsReports;

/// <summary>The TXT record that says where reports of a domain go (RFC 8460 §3).</summary>
internal static class TlsReportRecord
{
    /// <summary>Addresses used of one record, so that nobody makes us send to hundreds.</summary>
    internal const int MaxAddresses = 5;

    private const string Start = "v=TLSRPTv1;";
    private const string Addresses = "rua=";

    /// <summary>
    /// Addresses that can be used: <c>mailto</c> with one recipient, <c>https</c>. Empty: the domain wants no reports, for there is no record, more than one
    /// (RFC 8460 §3), or one without such an address.
    /// </summary>
    /// <param name="records">All TXT records of <c>_smtp._tls.DOMAIN</c>; those of other kinds do not count.</param>
    public static ImmutableArray<Uri> Read(IEnumerable<string> records)
    {
        if (records.Where(record => record.StartsWith(Start, StringComparison.Ordinal)).Take(2).ToArray() is not [var only])
        {
            return [];
        }

        var field = only[Start.Length..].Split(';').Select(field => field.Trim(' ', '\t')).FirstOrDefault(field => field.StartsWith(Addresses, StringComparison.Ordinal));
        return field is null
            ? []
            : [.. field[Addresses.Length..].Split(',').Select(text => Parse(text.Trim())).OfType<Uri>().Distinct().Take(MaxAddresses)];
    }

    /// <summary>The mailbox of a <c>mailto</c> address.</summary>
    public static string MailboxOf(Uri address) => $"{Uri.UnescapeDataString(address.UserInfo)}@{address.IdnHost}";

    private static Uri? Parse(string text) =>
        Ascii.IsValid(text) && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && ((address.Scheme == Uri.UriSchemeMailto && address.Host.Length > 0 && address.Query.Length == 0 && MailboxSyntax.IsMailbox(Encoding.ASCII.GetBytes(MailboxOf(address))))
            || (address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0))
            ? address
            : null;
}
