namespace MailManager.Smtp.Replies;

/// <summary>Reads an enhanced status code from the start of a reply's text (RFC 2034 §4, RFC 3463 §2).</summary>
public static class EnhancedStatusParser
{
    /// <summary>True for <c>c.s.d</c> followed by a space or the end; <paramref name="length"/> includes that space.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out EnhancedStatus status, out int length)
    {
        status = default;
        length = 0;
        if (text.Length < 5 || text[0] is not ((byte)'2' or (byte)'4' or (byte)'5') || text[1] != (byte)'.')
        {
            return false;
        }

        var position = 2;
        if (!TryReadNumber(text, ref position, out var subject) || position == text.Length || text[position++] != (byte)'.'
            || !TryReadNumber(text, ref position, out var detail) || (position < text.Length && text[position] != (byte)' '))
        {
            return false;
        }

        status = new EnhancedStatus((byte)(text[0] - '0'), subject, detail);
        length = Math.Min(position + 1, text.Length);
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ref int position, out ushort number)
    {
        var start = position;
        number = 0;
        while (position < text.Length && position < start + 3 && char.IsAsciiDigit((char)text[position]))
        {
            number = (ushort)((number * 10) + (text[position++] - '0'));
        }

        return position > start;
    }
}
