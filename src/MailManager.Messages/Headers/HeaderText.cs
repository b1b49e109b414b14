using System.Text;

namespace MailManager.Messages.Headers;

/// <summary>Text of a field value.</summary>
public static class HeaderText
{
    /// <summary>
    /// Writes the value as plain characters: folds removed (RFC 5322 §2.2.3), white space at both ends trimmed, UTF-8 decoded with U+FFFD
    /// for what is none. Encoded words stay encoded. Returns the number of characters; the destination needs room for one per octet.
    /// </summary>
    public static int Unfold(ReadOnlySpan<byte> value, Span<char> destination)
    {
        value = value.Trim(" \t\r\n"u8);
        var written = 0;
        while (!value.IsEmpty)
        {
            var lineEnd = value.IndexOfAny((byte)'\r', (byte)'\n');
            var line = lineEnd < 0 ? value : value[..lineEnd];
            written += Encoding.UTF8.GetChars(line, destination[written..]);
            value = lineEnd < 0 ? [] : value[lineEnd..].TrimStart("\r\n"u8);
        }

        return written;
    }
}
