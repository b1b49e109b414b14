using System.Globalization;
using System.Text;
using MailManager.Smtp.Grammar;

namespace MailManager.Messages.Envelope;

/// <summary>From the octets of a path to the text that the rest of the server works with.</summary>
public static class MailboxText
{
    // Unassigned code points may become letters that fold to others one day (RFC 5891 §4.2.2).
    private static readonly IdnMapping Idna = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>
    /// The address; its domain in ASCII, whatever script it was written in, so that policies, identities and routes see one name for one domain
    /// (RFC 5890 §2.3.2.1). The local part stays as it was sent. Null when the domain is none under IDNA.
    /// </summary>
    /// <param name="path">Valid syntax, ASCII or UTF-8; may be empty, or <c>postmaster</c> alone.</param>
    public static string? Read(ReadOnlySpan<byte> path)
    {
        if (Ascii.IsValid(path))
        {
            return Encoding.ASCII.GetString(path);
        }

        var text = Encoding.UTF8.GetString(path);
        var at = text.LastIndexOf('@');
        try
        {
            var domain = text[(at + 1)..];
            var ascii = Ascii.IsValid(domain) ? domain : Idna.GetAscii(domain.ToLowerInvariant());
            return MailboxSyntax.IsDomainOrLiteral(Encoding.ASCII.GetBytes(ascii)) ? string.Concat(text.AsSpan(0, at + 1), ascii) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
