using CsCheck;
using MailManager.Resources.Expressions;

namespace MailManager.Rules.Tests.Strings;

/// <summary>Random values and texts of few characters, so that values overlap, nest and hit, and the plain comparisons that define a hit.</summary>
internal static class Texts
{
    // ASCII, Latin, sharp s in both cases, dotted and dotless i, Kelvin, micro and mu, both sigmas, an emoji, Deseret and Adlam letters in both cases.
    private static readonly string[] Characters =
        ["a", "A", "b", "B", "@", ".", "i", "I", "\u00E9", "\u00C9", "\u00DF", "\u1E9E", "\u0130", "\u0131", "k", "\u212A", "\u00B5", "\u03BC", "\u03C2", "\u03C3",
            "\U0001F600", "\U00010400", "\U00010428", "\U0001E900", "\U0001E922"];

    private static readonly string[] Halves = ["\uD801", "\uDC00", "\uDC28", "\uD83D"];

    /// <summary>1 to 6 characters.</summary>
    public static readonly Gen<string> Value = Gen.OneOf(Characters).Array[1, 6].Select(string.Concat);

    /// <summary>Few different characters, as above.</summary>
    public static readonly Gen<string> DenseValue = Gen.OneOf("a", "A", "b", "\U00010400", "\U00010428").Array[1, 5].Select(string.Concat);

    /// <summary>0 to 20 characters, halves of characters among them.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(
        Gen.OneOf([.. Characters, .. Halves]).Array[0, 20].Select(string.Concat),
        Gen.OneOf("a", "A", "b", "\U00010400", "\U00010428", "\uD801").Array[0, 20].Select(string.Concat));

    public static readonly Gen<string> AnyValue = Gen.OneOf(Value, DenseValue);

    /// <summary>The four positive operators.</summary>
    public static readonly Gen<StringOperator> Operator =
        Gen.OneOf(StringOperator.Equals, StringOperator.StartsWith, StringOperator.EndsWith, StringOperator.Contains);

    public static bool Hits(StringOperator op, string value, string text) => op switch
    {
        StringOperator.Equals => text.Equals(value, StringComparison.OrdinalIgnoreCase),
        StringOperator.StartsWith => text.StartsWith(value, StringComparison.OrdinalIgnoreCase),
        StringOperator.EndsWith => text.EndsWith(value, StringComparison.OrdinalIgnoreCase),
        _ => text.Contains(value, StringComparison.OrdinalIgnoreCase),
    };
}
