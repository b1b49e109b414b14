using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MailManager.Smtp.Replies;

/// <summary>Writes replies (RFC 5321 §4.2.1) into a buffer; knows no pipe and never flushes. Allocates nothing.</summary>
public static class ReplyWriter
{
    // "250-5.123.123 " and CRLF, rounded up.
    private const int LineOverhead = 24;

    /// <summary>
    /// Writes a reply, one line for each line of its text. Characters that would end a line or disturb a terminal are written as <c>?</c>.
    /// </summary>
    public static void Write(IBufferWriter<byte> output, in SmtpReply reply)
    {
        var text = reply.Text.AsSpan();
        while (true)
        {
            var lineEnd = text.IndexOf('\n');
            WriteLine(output, reply.Code, reply.Status, lineEnd < 0 ? text : text[..lineEnd], isLast: lineEnd < 0);
            if (lineEnd < 0)
            {
                return;
            }

            text = text[(lineEnd + 1)..];
        }
    }

    private static void WriteLine(IBufferWriter<byte> output, int code, EnhancedStatus status, ReadOnlySpan<char> text, bool isLast)
    {
        var span = output.GetSpan(LineOverhead + Encoding.UTF8.GetMaxByteCount(text.Length));
        var written = Number(code, span);
        span[written++] = isLast ? (byte)' ' : (byte)'-';
        if (status.IsPresent)
        {
            written += Number(status.Class, span[written..]);
            span[written++] = (byte)'.';
            written += Number(status.Subject, span[written..]);
            span[written++] = (byte)'.';
            written += Number(status.Detail, span[written..]);
            span[written++] = (byte)' ';
        }

        var textBytes = span.Slice(written, Encoding.UTF8.GetBytes(text, span[written..]));
        for (var control = IndexOfControl(textBytes); control >= 0; control = IndexOfControl(textBytes))
        {
            textBytes[control] = (byte)'?';
        }

        written += textBytes.Length;
        "\r\n"u8.CopyTo(span[written..]);
        output.Advance(written + 2);
    }

    private static int IndexOfControl(ReadOnlySpan<byte> text)
    {
        var control = text.IndexOfAnyInRange((byte)0, (byte)31);
        return control >= 0 ? control : text.IndexOf((byte)127);
    }

    private static int Number(int value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out var written);
        return written;
    }
}
