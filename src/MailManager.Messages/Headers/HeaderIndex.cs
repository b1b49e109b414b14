using System.Buffers;
using System.Text;

namespace MailManager.Messages.Headers;

/// <summary>
/// Offsets of the header fields of one message: built in one pass, read in place through <see cref="HeaderView"/>. Meant to be kept and
/// built again for the next message, so that a session allocates once. Not thread-safe.
/// </summary>
/// <remarks>
/// A header block ends at the first empty line, or before the first line that is neither a field nor the continuation of one (the body
/// then starts with that line, as MTAs agree), or at the end of the given octets.
/// </remarks>
public sealed class HeaderIndex
{
    private static readonly SearchValues<byte> NameEnd = SearchValues.Create(": \t\r\n"u8);

    private FieldOffsets[] _fields = new FieldOffsets[32];
    private int _count;

    /// <summary>Number of fields.</summary>
    public int Count => _count;

    /// <summary>Octets of the header block, without the empty line that ends it.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// The message starts with a field or with the empty line, so that a field put in front of it stays one field. When false, an empty line
    /// must be put between our fields and the message, or its first line would become part of our header.
    /// </summary>
    public bool IsWellFormedStart { get; private set; }

    /// <summary>Finds the fields of a message, CRLF line ends assumed.</summary>
    public void Build(ReadOnlySpan<byte> message)
    {
        _count = 0;
        var position = 0;
        IsWellFormedStart = message.IsEmpty || message.StartsWith("\r\n"u8);
        while (position < message.Length)
        {
            var rest = message[position..];
            if (rest.StartsWith("\r\n"u8))
            {
                break;
            }

            if (rest[0] is (byte)' ' or (byte)'\t')
            {
                if (_count == 0)
                {
                    break;
                }

                position += LineLength(rest);
                _fields[_count - 1].End = position;
                continue;
            }

            var nameLength = rest.IndexOfAny(NameEnd);
            var colon = nameLength <= 0 ? -1 : nameLength + rest[nameLength..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (nameLength <= 0 || colon < nameLength || rest[colon] != (byte)':')
            {
                break;
            }

            if (_count == _fields.Length)
            {
                Array.Resize(ref _fields, _fields.Length * 2);
            }

            var length = LineLength(rest);
            _fields[_count++] = new FieldOffsets { Start = position, NameLength = nameLength, ValueStart = position + colon + 1, End = position + length };
            position += length;
        }

        Length = position;
        IsWellFormedStart |= _count > 0;
    }

    /// <summary>Reads the fields in the octets for which <see cref="Build"/> was called.</summary>
    public HeaderView View(ReadOnlySpan<byte> message) => new(message, _fields.AsSpan(0, _count));

    private static int LineLength(ReadOnlySpan<byte> text)
    {
        var lineFeed = text.IndexOf((byte)'\n');
        return lineFeed < 0 ? text.Length : lineFeed + 1;
    }

    internal struct FieldOffsets
    {
        public int Start;
        public int NameLength;
        public int ValueStart;

        /// <summary>After the last line's CRLF.</summary>
        public int End;
    }
}

/// <summary>The header fields of a message, read in place. Valid as long as the octets and the index it came from.</summary>
public readonly ref struct HeaderView
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly ReadOnlySpan<HeaderIndex.FieldOffsets> _fields;

    internal HeaderView(ReadOnlySpan<byte> message, ReadOnlySpan<HeaderIndex.FieldOffsets> fields)
    {
        _message = message;
        _fields = fields;
    }

    public int Count => _fields.Length;

    public HeaderField this[int index]
    {
        get
        {
            ref readonly var field = ref _fields[index];
            var value = _message[field.ValueStart..field.End];
            return new HeaderField(_message.Slice(field.Start, field.NameLength), value.EndsWith("\r\n"u8) ? value[..^2] : value);
        }
    }

    /// <summary>Where the field is in the message, from its name to the end of its last line.</summary>
    public Range RangeOf(int index) => _fields[index].Start.._fields[index].End;

    /// <summary>Index of the first field of that name at or after <paramref name="start"/>, ignoring case; -1: none.</summary>
    public int IndexOf(ReadOnlySpan<byte> name, int start = 0)
    {
        for (var i = start; i < _fields.Length; i++)
        {
            ref readonly var field = ref _fields[i];
            if (field.NameLength == name.Length && Ascii.EqualsIgnoreCase(_message.Slice(field.Start, field.NameLength), name))
            {
                return i;
            }
        }

        return -1;
    }
}
