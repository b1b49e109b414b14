namespace MailManager.Smtp.Grammar;

/// <summary>Text in which some octets are written as <c>+XX</c> (RFC 3461 §4).</summary>
public static class Xtext
{
    /// <summary>Printable octets except <c>+</c> and <c>=</c>, and <c>+</c> with two capital hexadecimal digits. Never throws.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text) => Check(text, mustBePrintable: false);

    /// <summary>Valid, and every octet that it stands for is printable ASCII: a line end or NUL in it would be written into notifications.</summary>
    public static bool IsPrintable(ReadOnlySpan<byte> text) => Check(text, mustBePrintable: true);

    /// <summary>Decodes valid xtext; false when it is not valid or does not fit.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (!IsValid(text))
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++, length++)
        {
            if (length == destination.Length)
            {
                return false;
            }

            if (text[i] == (byte)'+' && TryReadHex(text[i + 1], out var high) && TryReadHex(text[i + 2], out var low))
            {
                destination[length] = (byte)((high << 4) | low);
                i += 2;
            }
            else
            {
                destination[length] = text[i];
            }
        }

        return true;
    }

    private static bool Check(ReadOnlySpan<byte> text, bool mustBePrintable)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < (byte)'!' or > (byte)'~' or (byte)'=')
            {
                return false;
            }

            if (text[i] != (byte)'+')
            {
                continue;
            }

            if (i + 2 >= text.Length || !TryReadHex(text[i + 1], out var high) || !TryReadHex(text[i + 2], out var low)
                || (mustBePrintable && ((high << 4) | low) is < ' ' or > '~'))
            {
                return false;
            }

            i += 2;
        }

        return true;
    }

    /// <summary>Small letters are no <c>hexchar</c>.</summary>
    private static bool TryReadHex(byte octet, out int value)
    {
        value = octet switch
        {
            >= (byte)'0' and <= (byte)'9' => octet - '0',
            >= (byte)'A' and <= (byte)'F' => octet - 'A' + 10,
            _ => -1,
        };
        return value >= 0;
    }
}
