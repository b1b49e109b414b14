namespace MailManager.Rules.Operands;

/// <summary>
/// Takes the addresses (addr-spec, RFC 5322 §3.4.1) out of the text of an address field one after the other, forgivingly: comments and
/// display names are skipped, members of groups are found, obsolete routes (§4.4) are dropped, quoted local parts stay as written. Text
/// that is no address list yields whatever in it looks like <c>local@domain</c>. Each character is read once, in constant space.
/// </summary>
/// <param name="text">The unfolded value.</param>
/// <param name="buffer">Takes the addresses, one after the other; as long as the text is enough.</param>
internal ref struct AddressSpecs(ReadOnlySpan<char> text, Span<char> buffer)
{
    private readonly ReadOnlySpan<char> _text = text;
    private Span<char> _buffer = buffer;
    private int _position;
    private int _written;
    private bool _hasAt;
    private bool _afterSpace;

    /// <summary>Writes the next address behind those before it; false at the end.</summary>
    public bool TryNext(out int length)
    {
        while (_position < _text.Length)
        {
            var c = _text[_position++];
            switch (c)
            {
                case '"':
                    StartWord(c);
                    CopyQuoted();
                    break;
                case '(':
                    SkipComment();
                    _afterSpace = true;
                    break;
                case ' ' or '\t':
                    _afterSpace = true;
                    break;
                case '<':
                    // What came before is the display name.
                    Restart();
                    break;
                case ':' when !InDomainLiteral:
                    // Ends the name of a group, or a route.
                    Restart();
                    break;
                case ',' when _hasAt && _buffer[0] == '@':
                    // Between the hops of a route: <@a,@b:user@c>.
                    Restart();
                    break;
                case ',' or ';' or '>':
                    if (TryTake(out length))
                    {
                        return true;
                    }

                    break;
                default:
                    StartWord(c);
                    Append(c);
                    _hasAt |= c == '@';
                    break;
            }
        }

        return TryTake(out length);
    }

    private readonly bool InDomainLiteral => _hasAt && _buffer[.._written].LastIndexOf('[') > _buffer[.._written].LastIndexOf(']');

    /// <summary>White space parts words; only around <c>@</c> and dots is it inside an address (§3.4.1, obsolete forms §4.4).</summary>
    private void StartWord(char c)
    {
        if (_afterSpace && _written > 0 && c is not ('@' or '.') && _buffer[_written - 1] is not ('@' or '.'))
        {
            if (_hasAt)
            {
                // "a@b c": the address is complete, what follows is not part of it.
                return;
            }

            _written = 0;
        }

        _afterSpace = false;
    }

    private void CopyQuoted()
    {
        Append('"');
        while (_position < _text.Length)
        {
            var c = _text[_position++];
            Append(c);
            if (c == '"')
            {
                return;
            }

            if (c == '\\' && _position < _text.Length)
            {
                Append(_text[_position++]);
            }
        }
    }

    private void SkipComment()
    {
        var depth = 1;
        while (_position < _text.Length && depth > 0)
        {
            var c = _text[_position++];
            depth += c switch { '(' => 1, ')' => -1, _ => 0 };
            if (c == '\\')
            {
                _position++;
            }
        }
    }

    private void Append(char c)
    {
        if (_hasAt && _afterSpace)
        {
            return;
        }

        _buffer[_written++] = c;
    }

    private bool TryTake(out int length)
    {
        length = _written;
        var found = _hasAt && _buffer[0] != '@' && _buffer[_written - 1] != '@';
        if (found)
        {
            _buffer = _buffer[_written..];
        }

        Restart();
        return found;
    }

    private void Restart()
    {
        _written = 0;
        _hasAt = false;
        _afterSpace = false;
    }
}
