using System.Text;
using MailManager.Smtp.Grammar;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>Which texts an operand can have at all.</summary>
internal sealed record TextLanguage(Func<string, bool> Contains, params string[] Fillers)
{
    private static readonly string[] AddressFillers =
        ["#", "#@#.example", "#@#", "@#.example", "#.example", "#@", "@#", "#@#.", ".example", ""];

    /// <summary>What RCPT takes (RFC 5321 §4.1.1.3), its domain in ASCII.</summary>
    public static TextLanguage ForwardPath { get; } =
        new(static text => IsMailbox(text) || text.Equals("postmaster", StringComparison.OrdinalIgnoreCase), AddressFillers);

    /// <summary>What MAIL takes (RFC 5321 §4.1.1.2), its domain in ASCII.</summary>
    public static TextLanguage ReversePath { get; } = new(static text => text.Length == 0 || IsMailbox(text), AddressFillers);

    /// <summary>What EHLO takes (RFC 5321 §4.1.1.1).</summary>
    public static TextLanguage Helo { get; } =
        new(static text => Ascii.IsValid(text) && MailboxSyntax.IsDomainOrLiteral(Encoding.ASCII.GetBytes(text)), "#", "#.", ".#", "#.example", "");

    /// <summary>A name in the DNS, or none.</summary>
    public static TextLanguage HostName { get; } =
        new(
            static text => text.Length == 0 || (Ascii.IsValid(text) && MailboxSyntax.IsDomain(Encoding.ASCII.GetBytes(text))),
            "#", "#.", ".#", "#.example", "");

    /// <summary>The unfolded value of a header field, or an attribute of a certificate: one line.</summary>
    public static TextLanguage Line { get; } =
        new(static text => text.Length > 0 && !text.Any(char.IsControl) && text.AsSpan().Trim().Length == text.Length, "#", "#@#.example", " # ", "");

    private static bool IsMailbox(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && Ascii.IsValid(text.AsSpan(at)) && MailboxSyntax.IsMailbox(Encoding.UTF8.GetBytes(text));
    }
}
