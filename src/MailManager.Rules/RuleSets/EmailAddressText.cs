using System.Buffers;

namespace MailManager.Rules.RuleSets;

/// <summary>What the API's type <c>EmailAddress</c> admits: nothing that SMTP would have to quote.</summary>
internal static class EmailAddressText
{
    /// <summary>Characters.</summary>
    public const int MaxLength = 254;

    private static readonly SearchValues<char> LocalPart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-");

    private static readonly SearchValues<char> Domain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    /// <summary><c>[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+</c></summary>
    public static bool IsAddress(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        return at > 0 && text.Length <= MaxLength && !text[..at].ContainsAnyExcept(LocalPart) && IsDomainForm(text[at..]);
    }

    /// <summary><c>@</c> and a domain.</summary>
    public static bool IsDomainForm(ReadOnlySpan<char> text) =>
        text.Length is > 1 and <= MaxLength && text[0] == '@' && !text[1..].ContainsAnyExcept(Domain);
}
