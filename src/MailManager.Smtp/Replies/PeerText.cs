using System.Text;

namespace MailManager.Smtp.Replies;

/// <summary>Text that a peer wrote, made safe for logs, notifications and replies.</summary>
public static class PeerText
{
    /// <summary>Characters of the result, at most; longer text ends in <c>...</c>.</summary>
    public const int MaxLength = 600;

    /// <summary>
    /// Printable ASCII stays; everything else (line ends, escape sequences, marks that turn the direction of text) becomes
    /// <c>\uXXXX</c>, and a backslash is doubled. Returns the same string when there is nothing to do.
    /// </summary>
    public static string Escape(string text)
    {
        if (text.Length <= MaxLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(Math.Min(text.Length + 16, MaxLength));
        foreach (var character in text)
        {
            if (result.Length > MaxLength - 9)
            {
                return result.Append("...").ToString();
            }

            _ = character switch
            {
                '\\' => result.Append(@"\\"),
                >= ' ' and <= '~' => result.Append(character),
                _ => result.Append(@"\u").Append(((int)character).ToString("X4")),
            };
        }

        return result.ToString();
    }
}
