using System.Buffers;

namespace MailManager.Rules.RuleSets;

/// <summary>Header names that rules may read and add.</summary>
internal static class HeaderNames
{
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    /// <summary><c>X-</c> and at least one letter, digit or hyphen (API: patterns of <c>MimeHeaderAttribute</c> and <c>HeaderName</c>).</summary>
    public static bool IsExtension(string name) =>
        name.Length > 2 && name.StartsWith("X-", StringComparison.OrdinalIgnoreCase) && !name.AsSpan().ContainsAnyExcept(Characters);
}
