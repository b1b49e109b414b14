using System.Collections.Frozen;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// Header fields that rules may add, set and remove: all but those by which servers transport a message (a changed one would hide a loop, or show
/// hidden recipients) and those by which programs take it apart (a changed one would give the body another meaning).
/// </summary>
internal static class ChangeableHeaders
{
    /// <summary>Characters (API: <c>HeaderName</c>).</summary>
    private const int MaxLength = 64;

    private const string ContentPrefix = "Content-";

    private static readonly FrozenSet<string> OfTransport =
        new[] { "Received", "Return-Path", "Bcc", "Resent-Bcc" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What speaks against the name; null: nothing does.</summary>
    public static string? ProblemWith(string name)
    {
        // RFC 5322 §2.2: printable US-ASCII characters except the colon.
        if (name.Length is 0 or > MaxLength || name.Any(c => c is < '!' or > '~' or ':'))
        {
            return $"a field name is needed: 1 to {MaxLength} printable ASCII characters without space and colon";
        }

        if (OfTransport.Contains(name))
        {
            return $"{name} belongs to the transport of a message; rules cannot change it";
        }

        return name.Equals("MIME-Version", StringComparison.OrdinalIgnoreCase) || name.StartsWith(ContentPrefix, StringComparison.OrdinalIgnoreCase)
            ? $"{name} belongs to the structure of a message (MIME); rules cannot change it"
            : null;
    }
}
