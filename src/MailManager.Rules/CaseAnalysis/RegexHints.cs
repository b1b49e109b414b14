using System.Buffers;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>Texts that simple regular expressions match, to have examples for them. An expression that is not simple yields none.</summary>
internal static class RegexHints
{
    /// <summary>A dot is not among them: it matches itself too.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(@"\*+?|{}[]()^$#");

    public static IEnumerable<TextHint> Of(string pattern)
    {
        var isStart = pattern.StartsWith('^');
        var isEnd = pattern.EndsWith('$');
        var text = pattern[(isStart ? 1 : 0)..(isEnd && pattern.Length > 1 ? ^1 : ^0)]
            .Replace(@"\.", ".", StringComparison.Ordinal)
            .Replace("[.]", ".", StringComparison.Ordinal)
            .Replace(@"\-", "-", StringComparison.Ordinal);
        if (text.StartsWith(".*", StringComparison.Ordinal) || text.StartsWith(".+", StringComparison.Ordinal))
        {
            (isStart, text) = (false, text[2..]);
        }

        if (text.Length == 0 || text.AsSpan().ContainsAny(Special))
        {
            yield break;
        }

        yield return new TextHint(
            isStart && isEnd ? HintKind.Whole
            : isStart ? HintKind.Prefix
            : isEnd ? HintKind.Suffix
            : HintKind.Infix,
            text);
    }
}
