using System.Text;
using MailManager.Delivery.TlsReports;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Smtp.Grammar;

namespace MailManager.Mta.Configuration;

/// <summary>Who sends reports of TLS (RFC 8460): <c>Delivery.TlsReports</c> in the configuration file.</summary>
public sealed record TlsReportSettings
{
    private static readonly TextRule Words = new(1, 256, @"[\x20-\x7e]+", "printable ASCII");

    /// <summary>A mailbox: sender of reports by mail.</summary>
    public required string From { get; init; }

    /// <summary>Null: the host name.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>Null: <see cref="From"/>.</summary>
    public string? ContactInfo { get; init; }

    /// <summary>As delivery wants it.</summary>
    internal TlsReportOptions ToOptions(string hostname, string dataDirectory) => new()
    {
        Directory = Path.Combine(dataDirectory, "tls-reports"),
        From = From,
        OrganizationName = OrganizationName ?? hostname,
        ContactInfo = ContactInfo ?? From,
    };

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    internal static TlsReportSettings? Read(DocumentValue value)
    {
        if (value.Map(["From", "OrganizationName", "ContactInfo"]) is not { } map)
        {
            return null;
        }

        var fromValue = map.Required("From");
        var from = fromValue?.PlainText();
        if (from is not null && !(Ascii.IsValid(from) && MailboxSyntax.IsMailbox(Encoding.ASCII.GetBytes(from))))
        {
            fromValue!.Error($"{DisplayText.Quote(from)} is no mailbox of ASCII characters");
        }

        var organization = map.OptionalText("OrganizationName", Words);
        var contact = map.OptionalText("ContactInfo", Words);
        return map.Failed ? null : new TlsReportSettings { From = from!, OrganizationName = organization, ContactInfo = contact };
    }
}
