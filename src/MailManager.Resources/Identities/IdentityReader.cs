using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Identities;

/// <summary>
/// Reads one verified domain, <c>example.com</c>, or address, <c>user@example.com</c>: plain text, or a map that says more about a domain.
/// </summary>
public static class IdentityReader
{
    /// <summary>Characters of an address (RFC 5321 §4.5.3.1.3, without the angle brackets).</summary>
    private const int MaximumAddress = 254;

    /// <summary>Characters before the <c>@</c> (RFC 5321 §4.5.3.1.1).</summary>
    private const int MaximumLocalPart = 64;

    // RFC 5321 §4.1.2 atext.
    private const string Atext = "!#$%&'*+-/=?^_`{|}~";

    /// <param name="value">Text or map.</param>
    /// <param name="files">For private keys.</param>
    public static Identity? Read(DocumentValue value, FileReferences files)
    {
        if (value.Node is not MapNode)
        {
            return ReadName(value) is { } only ? new Identity(only) : null;
        }

        if (value.Map(["EmailIdentity", "DkimSigningAttributes"]) is not { } map)
        {
            return null;
        }

        var name = map.Required("EmailIdentity") is { } nameValue ? ReadName(nameValue) : null;
        var keys = DkimSigningReader.Read(map, files);
        if (name is not null && name.Contains('@', StringComparison.Ordinal))
        {
            map.Optional("DkimSigningAttributes")?.Error("DkimSigningAttributes belong to a domain, for the signature is that of a domain");
        }

        return map.Failed ? null : new Identity(name!) { DkimKeys = keys };
    }

    private static string? ReadName(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        var at = text.LastIndexOf('@');
        var problem = at < 0 ? DomainName.ProblemWith(text) : ProblemWithAddress(text, text[..at], text[(at + 1)..]);
        if (problem is null)
        {
            return text;
        }

        value.Error(problem);
        return null;
    }

    /// <summary>Quoted local parts are not taken: whether two of them are the same mailbox cannot be seen from their text.</summary>
    private static string? ProblemWithAddress(string address, string local, string domain)
    {
        if (local.Length == 0)
        {
            return $"{DisplayText.Quote(address)} has nothing before '@'; a domain is written without '@'";
        }

        if (address.Length > MaximumAddress || local.Length > MaximumLocalPart)
        {
            return $"{DisplayText.Quote(address)} is too long: an address has at most {MaximumAddress} characters,"
                + $" {MaximumLocalPart} of them before '@'";
        }

        return local.Split('.').All(IsAtom)
            ? DomainName.ProblemWith(domain)
            : $"{DisplayText.Quote(address)} is not an address: before '@' may be letters, digits, {Atext} and, inside, single dots";
    }

    private static bool IsAtom(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || Atext.Contains(c, StringComparison.Ordinal));
}
