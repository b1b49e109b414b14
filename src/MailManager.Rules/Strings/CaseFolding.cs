using System.Collections.Frozen;
using System.Text;

namespace MailManager.Rules.Strings;

/// <summary>
/// Makes texts comparable unit by unit as <see cref="StringComparison.OrdinalIgnoreCase"/> compares them: each character becomes its upper case by
/// Unicode's simple mapping, which keeps the number of UTF-16 units. So sharp s stays one character, and neither of the Turkish letters is an I.
/// </summary>
internal static class CaseFolding
{
    private static readonly char[] UpperCase = [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => char.ToUpperInvariant((char)unit))];

    private static readonly FrozenDictionary<char, char[]> OtherCases = UpperCase
        .Select((folded, unit) => (Folded: folded, Unit: (char)unit))
        .Where(pair => pair.Folded != pair.Unit)
        .GroupBy(pair => pair.Folded, pair => pair.Unit)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>The UTF-16 unit as it is compared; that of a low surrogate may depend on the unit before.</summary>
    public static char Fold(ReadOnlySpan<char> text, int index)
    {
        var unit = text[index];
        if (!char.IsLowSurrogate(unit) || index == 0 || !char.IsHighSurrogate(text[index - 1]))
        {
            return UpperCase[unit];
        }

        // Both cases of a character are in the same block of 1,024, so the high surrogate stays.
        Span<char> pair = stackalloc char[2];
        Rune.ToUpperInvariant(new Rune(text[index - 1], unit)).EncodeToUtf16(pair);
        return pair[1];
    }

    /// <summary>The other units that become this one when they stand alone.</summary>
    public static ReadOnlySpan<char> OtherCasesOf(char folded) => OtherCases.GetValueOrDefault(folded);

    /// <summary>The whole text, as long as before.</summary>
    public static string Fold(string text) => string.Create(text.Length, text, static (folded, text) =>
    {
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = Fold(text, i);
        }
    });
}
