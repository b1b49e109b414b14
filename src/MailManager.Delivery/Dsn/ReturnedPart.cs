using System.Text;
using MimeKit;

namespace MailManager.Delivery.Dsn;

/// <summary>
/// What comes back of a message, as the last part of a notification (RFC 6522 §3): the header, or all of it. Octets as they are unless a line of
/// the header is too long for SMTP.
/// </summary>
internal static class ReturnedPart
{
    private const int MaxHeaderLength = 32 * 1024;

    /// <summary>Octets of a line without its end (RFC 5321 §4.5.3.1.6).</summary>
    private const int MaxLineLength = 998;

    /// <param name="request">Whose header or message.</param>
    /// <param name="isFull">All of it is wanted. A message that could not be sent by DATA is not returned whole.</param>
    /// <param name="isUtf8">The header may be UTF-8 (RFC 6533 §5, §6).</param>
    public static MimePart Create(DsnRequest request, bool isFull, bool isUtf8)
    {
        if (isFull && IsSendable(request.Message.Span))
        {
            return Create("message", isUtf8 ? "global" : "rfc822", request.Message, Encode(request.Message.Span));
        }

        var header = Cut(request.Header);
        var encoding = HasLongLine(header.Span) ? ContentEncoding.QuotedPrintable : Encode(header.Span);
        return isUtf8 ? Create("message", "global-headers", header, encoding) : Create("text", "rfc822-headers", header, encoding);
    }

    private static MimePart Create(string type, string subtype, ReadOnlyMemory<byte> octets, ContentEncoding encoding) => new(type, subtype)
    {
        ContentTransferEncoding = encoding,
        Content = new MimeContent(new MemoryStream(octets.ToArray(), writable: false)),
    };

    private static ContentEncoding Encode(ReadOnlySpan<byte> octets) => Ascii.IsValid(octets) ? ContentEncoding.SevenBit : ContentEncoding.EightBit;

    /// <summary>Whole lines within the limit.</summary>
    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> header)
    {
        if (header.Length <= MaxHeaderLength)
        {
            return header;
        }

        var end = header.Span[..MaxHeaderLength].LastIndexOf("\r\n"u8);
        return end < 0 ? default : header[..(end + 2)];
    }

    /// <summary>Not empty, lines of CRLF and of a length that SMTP has, no NUL: BINARYMIME content may be otherwise.</summary>
    private static bool IsSendable(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || HasLongLine(text))
        {
            return false;
        }

        for (var rest = text; ;)
        {
            var special = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (special < 0)
            {
                return true;
            }

            if (!rest[special..].StartsWith("\r\n"u8))
            {
                return false;
            }

            rest = rest[(special + 2)..];
        }
    }

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
