using System.Collections.Immutable;
using System.Text;

namespace MailManager.Queue.Spool;

/// <summary>
/// Reads what <see cref="RecordWriter"/> wrote. Every length and count is checked against the octets that are left before anything is
/// allocated, so a damaged record costs no more than its own size.
/// </summary>
internal ref struct RecordReader(ReadOnlySpan<byte> record)
{
    private ReadOnlySpan<byte> _rest = record;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public bool TryReadByte(out byte value)
    {
        if (_rest.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    /// <summary>A number from 0 to <see cref="int.MaxValue"/>, in its shortest form only.</summary>
    public bool TryReadNumber(out int value)
    {
        value = 0;
        for (var shift = 0; shift <= 28; shift += 7)
        {
            if (!TryReadByte(out var octet) || (shift == 28 && octet > 0x07) || (shift > 0 && octet == 0))
            {
                return false;
            }

            value |= (octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A number of things that follow, each of one octet at least.</summary>
    public bool TryReadCount(out int count) => TryReadNumber(out count) && count <= _rest.Length;

    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryReadNumber(out var length) || length > _rest.Length)
        {
            return false;
        }

        value = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    public bool TryReadText(out string value)
    {
        var isRead = TryReadBytes(out var utf8);
        value = isRead ? Encoding.UTF8.GetString(utf8) : "";
        return isRead;
    }

    /// <summary>A count and as many texts.</summary>
    public bool TryReadTexts(out ImmutableArray<string> values)
    {
        values = [];
        if (!TryReadCount(out var count))
        {
            return false;
        }

        var texts = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++)
        {
            if (!TryReadText(out var text))
            {
                return false;
            }

            texts.Add(text);
        }

        values = texts.MoveToImmutable();
        return true;
    }
}
