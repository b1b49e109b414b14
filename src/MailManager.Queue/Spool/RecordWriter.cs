using System.Collections.Immutable;
using System.Text;

namespace MailManager.Queue.Spool;

/// <summary>
/// Appends the fields of spool records to a buffer that grows: octets, unsigned numbers in LEB128, and texts (UTF-8) and octet strings
/// behind their length. Kept and cleared between messages.
/// </summary>
internal sealed class RecordWriter
{
    /// <summary>A buffer that one large message has blown up is not kept for the next, in octets.</summary>
    private const int KeptCapacity = 16 << 10;

    private byte[] _buffer = new byte[512];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void WriteByte(byte value) => Reserve(1)[0] = value;

    public void WriteNumber(int value)
    {
        var rest = (uint)value;
        while (rest >= 0x80)
        {
            WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        WriteByte((byte)rest);
    }

    public void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteNumber(length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>A count and as many texts.</summary>
    public void WriteTexts(ImmutableArray<string> values)
    {
        WriteNumber(values.Length);
        foreach (var value in values)
        {
            WriteText(value);
        }
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteNumber(value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    public void Clear()
    {
        Length = 0;
        if (_buffer.Length > KeptCapacity)
        {
            _buffer = new byte[512];
        }
    }

    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - Length < length)
        {
            Array.Resize(ref _buffer, checked((int)Math.Max(_buffer.Length * 2L, (long)Length + length)));
        }

        var free = _buffer.AsSpan(Length, length);
        Length += length;
        return free;
    }
}
