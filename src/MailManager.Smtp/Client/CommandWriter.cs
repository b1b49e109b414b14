using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MailManager.Smtp.Client;

/// <summary>Octets of commands (RFC 5321 §4.1.1). Knows no pipe and no order. Addresses are checked by the caller.</summary>
internal static class CommandWriter
{
    /// <summary>Longest path that is sent, in octets: RFC 5321 §4.5.3.1.3 has 256 with the angle brackets.</summary>
    private const int MaxPathLength = 320;

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> octets) => output.Write(octets);

    /// <summary><c>verb SP argument CRLF</c></summary>
    public static void WriteCommand(IBufferWriter<byte> output, ReadOnlySpan<byte> verb, string argument)
    {
        var span = output.GetSpan(verb.Length + argument.Length + 3);
        verb.CopyTo(span);
        span[verb.Length] = (byte)' ';
        var length = verb.Length + 1;
        length += Encoding.ASCII.GetBytes(argument, span[length..]);
        "\r\n"u8.CopyTo(span[length..]);
        output.Advance(length + 2);
    }

    /// <summary><c>MAIL FROM:&lt;path&gt; [SP SIZE=n] [SP BODY=8BITMIME] CRLF</c></summary>
    /// <param name="output">Where to.</param>
    /// <param name="reversePath">Empty for the null reverse-path.</param>
    /// <param name="size">RFC 1870; negative: no parameter.</param>
    /// <param name="isEightBit">RFC 6152.</param>
    public static void WriteMail(IBufferWriter<byte> output, string reversePath, long size, bool isEightBit)
    {
        var span = output.GetSpan(reversePath.Length + 64);
        var length = WritePath(span, "MAIL FROM:<"u8, reversePath);
        if (size >= 0)
        {
            " SIZE="u8.CopyTo(span[length..]);
            length += 6;
            Utf8Formatter.TryFormat(size, span[length..], out var digits);
            length += digits;
        }

        if (isEightBit)
        {
            " BODY=8BITMIME"u8.CopyTo(span[length..]);
            length += 14;
        }

        "\r\n"u8.CopyTo(span[length..]);
        output.Advance(length + 2);
    }

    /// <summary><c>RCPT TO:&lt;path&gt; CRLF</c></summary>
    public static void WriteRecipient(IBufferWriter<byte> output, string recipient)
    {
        var span = output.GetSpan(recipient.Length + 16);
        var length = WritePath(span, "RCPT TO:<"u8, recipient);
        "\r\n"u8.CopyTo(span[length..]);
        output.Advance(length + 2);
    }

    /// <summary>
    /// The address can stand in a command: printable ASCII (SMTPUTF8 is not offered), not too long, and no angle bracket, even where a quoted
    /// local part would allow it (servers that look for the first one would see another address).
    /// </summary>
    public static bool IsSafePath(string path) =>
        path.Length <= MaxPathLength && !path.AsSpan().ContainsAnyExceptInRange(' ', '~') && !path.AsSpan().ContainsAny('<', '>');

    private static int WritePath(Span<byte> span, ReadOnlySpan<byte> start, string path)
    {
        start.CopyTo(span);
        var length = start.Length + Encoding.ASCII.GetBytes(path, span[start.Length..]);
        span[length] = (byte)'>';
        return length + 1;
    }
}
