using System.Text;
using MimeKit;

namespace MailManager.Delivery.Dsn;

/// <summary>The header of a message as text/rfc822-headers (RFC 6522 §4), octets as they are unless a line is too long for SMTP.</summary>
internal static class HeaderPart
{
    /// <summary>Octets of a line without its end (RFC 5321 §4.5.3.1.6).</summary>
    private const int MaxLineLength = 998;

    public static MimePart Create(ReadOnlyMemory<byte> header) => new("text", "rfc822-headers")
    {
        ContentTransferEncoding = HasLongLine(header.Span) ? ContentEncoding.QuotedPrintable
            : Ascii.IsValid(header.Span) ? ContentEncoding.SevenBit
            : ContentEncoding.EightBit,
        Content = new MimeContent(new MemoryStream(header.ToArray(), writable: false)),
    };

    private static bool HasLongLine(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf("\r\n"u8);
            if ((end < 0 ? text.Length : end) > MaxLineLength)
            {
                return true;
            }

            text = end < 0 ? default : text[(end + 2)..];
        }

        return false;
    }
}
