namespace MailManager.Messages.Envelope;

/// <summary>
/// Names one accepted message in replies, logs, trace headers and the spool: 128 bits that sort by time (UUID version 7), written
/// as 26 characters of Crockford's base 32.
/// </summary>
public readonly record struct MessageId(UInt128 Value) : IComparable<MessageId>, ISpanFormattable
{
    /// <summary>Length of the text form, in characters.</summary>
    public const int TextLength = 26;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>When it was made, in Unix milliseconds: its first 48 bits.</summary>
    public long UnixMilliseconds => (long)(Value >> 80);

    /// <summary>A new id for this moment, unique without coordination (74 random bits a millisecond).</summary>
    public static MessageId New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        return Read(bytes);
    }

    /// <summary>Reads the 16 bytes that <see cref="Write"/> wrote.</summary>
    public static MessageId Read(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes 16 bytes, most significant first.</summary>
    public void Write(Span<byte> destination) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Reads the text form; false unless it is exactly 26 characters of the alphabet and in range.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        id = default;
        if (text.Length != TextLength)
        {
            return false;
        }

        UInt128 value = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (digit < 0 || (i == 0 && digit > 7))
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        id = new MessageId(value);
        return true;
    }

    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);

    public override string ToString() => string.Create(TextLength, this, static (text, id) => id.Format(text));

    /// <summary>The text form; there is one for all formats and cultures.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = destination.Length < TextLength ? 0 : TextLength;
        if (charsWritten > 0)
        {
            Format(destination[..TextLength]);
        }

        return charsWritten > 0;
    }

    private void Format(Span<char> text)
    {
        var value = Value;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(uint)(value & 31)];
            value >>= 5;
        }
    }

    public static bool operator <(MessageId left, MessageId right) => left.Value < right.Value;

    public static bool operator >(MessageId left, MessageId right) => left.Value > right.Value;

    public static bool operator <=(MessageId left, MessageId right) => left.Value <= right.Value;

    public static bool operator >=(MessageId left, MessageId right) => left.Value >= right.Value;
}
