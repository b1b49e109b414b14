using System.Globalization;
using System.Text;

namespace MailManager.Resources.Documents;

/// <summary>Text from a document, made safe for a terminal and a log: one line, no control characters, of bounded length.</summary>
public static class DisplayText
{
    private const int MaximumLength = 100;

    /// <summary>The text in single quotes; control and invisible characters as <c>\u{hex}</c>; cut after 100 characters.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length > MaximumLength)
            {
                return result.Append("...'").ToString();
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

        return result.Append('\'').ToString();
    }
}
