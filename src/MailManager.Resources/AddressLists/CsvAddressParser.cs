namespace MailManager.Resources.AddressLists;

/// <summary>
/// Takes the first column of a CSV file (RFC 4180): UTF-8, fields between commas, in quotes where they hold commas, quotes or line ends. A first line
/// <c>address</c> is a heading; empty lines do not count. Lines end in LF or CRLF.
/// </summary>
/// <remarks>
/// An address holds no line end, so a quote that is left open in the first column ends with its line: one such slip costs one entry, not the rest of
/// the file. In later columns quotes may span lines; one that is never closed makes its record a failure.
/// </remarks>
internal sealed class CsvAddressParser : IAddressListParser
{
    /// <summary>Octets of a first field that are kept: more than an entry may have, so that what is cut is refused as too long.</summary>
    private const int MaximumField = 4 * (AddressListEntry.MaximumLength + 1);

    private const string Heading = "address";

    private readonly byte[] _field = new byte[MaximumField];
    private int _length;
    private long _lineOfRecord = 1;
    private bool _isFirstRecord = true;
    private bool _hasStarted;
    private string? _problem;
    private State _state;

    private enum State
    {
        /// <summary>Nothing of the field yet.</summary>
        FieldStart,
        Unquoted,
        Quoted,

        /// <summary>A quote inside of quotes: the end, or the first half of two that stand for one.</summary>
        QuoteInQuoted,

        /// <summary>At the beginning of a later column; the others are the same there.</summary>
        LaterStart,
        LaterUnquoted,
        LaterQuoted,
        QuoteInLaterQuoted,
    }

    public long Line { get; private set; } = 1;

    public int Parse(ReadOnlySpan<byte> block, bool isLast, List<AddressListItem> items)
    {
        var start = 0;
        if (!_hasStarted)
        {
            if (block.Length < Utf8Items.ByteOrderMark.Length && !isLast)
            {
                return 0;
            }

            _hasStarted = true;
            start = block.StartsWith(Utf8Items.ByteOrderMark) ? Utf8Items.ByteOrderMark.Length : 0;
        }

        foreach (var octet in block[start..])
        {
            if (octet == '\n')
            {
                Line++;
                if (_state != State.LaterQuoted)
                {
                    EndRecord(items);
                }
            }
            else
            {
                Take(octet);
            }
        }

        if (isLast)
        {
            EndRecord(items);
        }

        return block.Length;
    }

    private void Take(byte octet)
    {
        switch (_state)
        {
            case State.FieldStart when octet == '"':
                _state = State.Quoted;
                break;
            case State.FieldStart or State.Unquoted or State.QuoteInQuoted when octet == ',':
                _state = State.LaterStart;
                break;
            case State.FieldStart or State.Unquoted:
                _state = State.Unquoted;
                Keep(octet);
                break;
            case State.Quoted when octet == '"':
                _state = State.QuoteInQuoted;
                break;
            case State.Quoted:
                Keep(octet);
                break;
            case State.QuoteInQuoted when octet == '"':
                _state = State.Quoted;
                Keep(octet);
                break;
            case State.QuoteInQuoted when octet != '\r':
                _problem = "after a closing quote there may be a comma or the end of the line";
                break;
            case State.LaterStart or State.QuoteInLaterQuoted when octet == '"':
                _state = State.LaterQuoted;
                break;
            case State.LaterStart or State.LaterUnquoted or State.QuoteInLaterQuoted:
                _state = octet == ',' ? State.LaterStart : State.LaterUnquoted;
                break;
            case State.LaterQuoted when octet == '"':
                _state = State.QuoteInLaterQuoted;
                break;
        }
    }

    private void Keep(byte octet)
    {
        if (_length < MaximumField)
        {
            _field[_length++] = octet;
        }
    }

    private void EndRecord(List<AddressListItem> items)
    {
        var problem = _state is State.Quoted or State.LaterQuoted ? "a quote is not closed" : _problem;
        var text = Utf8Items.Decode(_field.AsSpan(0, _length))?.Trim(' ', '\t', '\r');
        var isEmpty = text is "" && _state is State.FieldStart or State.Unquoted;
        if (problem is not null || text is null)
        {
            items.Add(new AddressListItem(_lineOfRecord, null, problem ?? "is not UTF-8 text"));
        }
        else if (!isEmpty && !(_isFirstRecord && text.Equals(Heading, StringComparison.OrdinalIgnoreCase)))
        {
            items.Add(new AddressListItem(_lineOfRecord, text, null));
        }

        _isFirstRecord &= isEmpty;
        _length = 0;
        _problem = null;
        _state = State.FieldStart;
        _lineOfRecord = Line;
    }
}
