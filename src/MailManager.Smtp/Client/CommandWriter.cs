using System.Buffers;
using System.Buffers.Text;
using System.Text;
using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Client;

/// <summary>Octets of commands (RFC 5321 §4.1.1). Knows no pipe and no order. Addresses are checked by the caller.</summary>
internal static class CommandWriter
{
    /// <summary>Longest path that is sent, in octets: RFC 5321 §4.5.3.1.3 has 256 with the angle brackets.</summary>
    private const int MaxPathLength = 320;

    /// <summary>Of a UTF-16 code unit, in UTF-8.</summary>
    private const int MaxOctetsOfCharacter = 3;

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

    /// <summary><c>MAIL FROM:&lt;path&gt; [SP SIZE=n] [SP BODY=...] [SP SMTPUTF8] [SP REQUIRETLS] [SP RET=...] [SP ENVID=...] CRLF</c></summary>
    /// <param name="output">Where to.</param>
    /// <param name="reversePath">Empty for the null reverse-path; UTF-8 only with SMTPUTF8.</param>
    /// <param name="size">RFC 1870; negative: no parameter.</param>
    /// <param name="body">RFC 6152, RFC 3030; 7BIT: no parameter.</param>
    /// <param name="options">Those that the server offers; null: none.</param>
    public static void WriteMail(IBufferWriter<byte> output, string reversePath, long size, BodyType body, MailOptions? options)
    {
        var span = output.GetSpan((reversePath.Length * MaxOctetsOfCharacter) + 64);
        var length = WritePath(span, "MAIL FROM:<"u8, reversePath, options is { IsUtf8: true });
        if (size >= 0)
        {
            " SIZE="u8.CopyTo(span[length..]);
            length += 6;
            Utf8Formatter.TryFormat(size, span[length..], out var digits);
            length += digits;
        }

        var parameter = body switch
        {
            BodyType.EightBitMime => " BODY=8BITMIME"u8,
            BodyType.BinaryMime => " BODY=BINARYMIME"u8,
            _ => default,
        };
        parameter.CopyTo(span[length..]);
        output.Advance(length + parameter.Length);
        if (options is not null)
        {
            WriteOptions(output, options);
        }

        output.Write("\r\n"u8);
    }

    /// <summary><c>RCPT TO:&lt;path&gt; [SP NOTIFY=...] [SP ORCPT=...] CRLF</c></summary>
    /// <param name="output">Where to.</param>
    /// <param name="recipient">UTF-8 only with SMTPUTF8.</param>
    /// <param name="isUtf8">SMTPUTF8 is in force.</param>
    /// <param name="options">Null: none, or the server does not offer DSN.</param>
    public static void WriteRecipient(IBufferWriter<byte> output, string recipient, bool isUtf8, RecipientOptions? options)
    {
        var span = output.GetSpan((recipient.Length * MaxOctetsOfCharacter) + 16);
        output.Advance(WritePath(span, "RCPT TO:<"u8, recipient, isUtf8));
        if (options is not null)
        {
            WriteOptions(output, options);
        }

        output.Write("\r\n"u8);
    }

    /// <summary><c>BDAT SP length [SP LAST] CRLF</c> (RFC 3030 §2).</summary>
    public static void WriteChunkHeader(IBufferWriter<byte> output, long length, bool isLast)
    {
        var span = output.GetSpan(40);
        "BDAT "u8.CopyTo(span);
        Utf8Formatter.TryFormat(length, span[5..], out var digits);
        output.Advance(5 + digits);
        output.Write(isLast ? " LAST\r\n"u8 : "\r\n"u8);
    }

    /// <summary>
    /// The address can stand in a command: printable, ASCII unless SMTPUTF8 allows more, not too long, and no angle bracket, even where a quoted
    /// local part would allow it (servers that look for the first one would see another address).
    /// </summary>
    public static bool IsSafePath(string path, bool isUtf8) =>
        path.Length <= MaxPathLength
        && !path.AsSpan().ContainsAny('<', '>')
        && (!path.AsSpan().ContainsAnyExceptInRange(' ', '~') || (isUtf8 && IsPrintableUtf8(path)));

    private static bool IsPrintableUtf8(string path)
    {
        foreach (var rune in path.EnumerateRunes())
        {
            // A lone surrogate reads as the replacement character, which nobody means either.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar || rune.Value is 0x2028 or 0x2029)
            {
                return false;
            }
        }

        return Encoding.UTF8.GetByteCount(path) <= MaxPathLength;
    }

    private static int WritePath(Span<byte> span, ReadOnlySpan<byte> start, string path, bool isUtf8)
    {
        start.CopyTo(span);
        var length = start.Length + (isUtf8 ? Encoding.UTF8 : Encoding.ASCII).GetBytes(path, span[start.Length..]);
        span[length] = (byte)'>';
        return length + 1;
    }

    private static void WriteOptions(IBufferWriter<byte> output, MailOptions options)
    {
        if (options.IsUtf8)
        {
            output.Write(" SMTPUTF8"u8);
        }

        if (options.RequireTls)
        {
            output.Write(" REQUIRETLS"u8);
        }

        if (options.Return != DsnReturn.Unspecified)
        {
            output.Write(options.Return == DsnReturn.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
        }

        if (options.EnvelopeId.Length > 0)
        {
            output.Write(" ENVID="u8);
            Encoding.ASCII.GetBytes(options.EnvelopeId, output);
        }
    }

    private static void WriteOptions(IBufferWriter<byte> output, RecipientOptions options)
    {
        if (options.Notify != DsnNotify.Unspecified)
        {
            output.Write(" NOTIFY="u8);
            var separator = ReadOnlySpan<byte>.Empty;
            WriteWord(output, options.Notify, DsnNotify.Never, "NEVER"u8, ref separator);
            WriteWord(output, options.Notify, DsnNotify.Success, "SUCCESS"u8, ref separator);
            WriteWord(output, options.Notify, DsnNotify.Failure, "FAILURE"u8, ref separator);
            WriteWord(output, options.Notify, DsnNotify.Delay, "DELAY"u8, ref separator);
        }

        if (options.OriginalRecipient.Length > 0)
        {
            output.Write(" ORCPT="u8);
            Encoding.ASCII.GetBytes(options.OriginalRecipient, output);
        }
    }

    private static void WriteWord(IBufferWriter<byte> output, DsnNotify notify, DsnNotify flag, ReadOnlySpan<byte> word, ref ReadOnlySpan<byte> separator)
    {
        if ((notify & flag) != DsnNotify.Unspecified)
        {
            output.Write(separator);
            output.Write(word);
            separator = ","u8;
        }
    }
}
