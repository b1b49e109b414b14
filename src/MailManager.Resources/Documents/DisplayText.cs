using System.Globalization;
using System.Text;

namespace MailManager.Resources.Documents;

/// <summary>Text of strangers, made safe for a terminal and a log: one line, no control characters, of bounded length.</summary>
public static class DisplayText
{
    private const int MaximumQuoted = 100;

    /// <summary>The text in single quotes, as <see cref="Escape"/> has it; cut after 100 characters.</summary>
    public static string Quote(string text) => $"'{Escape(text, MaximumQuoted)}'";

    /// <summary>The text with control and invisible characters as <c>\u{hex}</c>; cut, with three dots, after about so many characters.</summary>
    public static string Escape(string text, int maximumLength)
    {
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= maximumLength)
            {
                return result.Append("...").ToString();
            }

            // Format characters include the bidirectional overrides, which could make a message read as something else.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                result.Append("\\u{").Append(rune.Value.ToString("x", CultureInfo.InvariantCulture)).Append('}');
            }
            else
            {
                result.Append(rune.ToString());
            }
        }

        return result.ToString();
    }
}
