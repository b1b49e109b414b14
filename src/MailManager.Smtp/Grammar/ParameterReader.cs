namespace MailManager.Smtp.Grammar;

/// <summary>Reads <c>esmtp-param</c>s one by one (RFC 5321 §4.1.2): <c>keyword[=value]</c>, separated by spaces.</summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Keyword { get; private set; }

    /// <summary>Empty when the parameter has none.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>What was read so far is well-formed.</summary>
    public bool IsValid { get; private set; } = true;

    /// <summary>Moves to the next parameter; false at the end or at a malformed one.</summary>
    public bool Read()
    {
        if (!_rest.IsEmpty && _rest[0] != (byte)' ')
        {
            return IsValid = false;
        }

        _rest = _rest.TrimStart((byte)' ');
        if (_rest.IsEmpty)
        {
            return false;
        }

        var end = _rest.IndexOf((byte)' ');
        var parameter = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[end..];
        var equals = parameter.IndexOf((byte)'=');
        Keyword = equals < 0 ? parameter : parameter[..equals];
        Value = equals < 0 ? [] : parameter[(equals + 1)..];
        IsValid = IsKeyword(Keyword)
            && (equals < 0 || (Value.Length > 0 && Value.IndexOfAnyExceptInRange((byte)33, (byte)126) < 0 && !Value.Contains((byte)'=')));
        return IsValid;
    }

    private static bool IsKeyword(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || !char.IsAsciiLetterOrDigit((char)text[0]))
        {
            return false;
        }

        foreach (var octet in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet != (byte)'-')
            {
                return false;
            }
        }

        return true;
    }
}
