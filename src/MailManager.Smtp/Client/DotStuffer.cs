namespace MailManager.Smtp.Client;

/// <summary>What follows the octets that <see cref="DotStuffer.Next"/> found fit to be sent as they are.</summary>
internal enum StuffStep
{
    /// <summary>Nothing: all of it may be sent.</summary>
    All,

    /// <summary>One more dot, before the next octet (RFC 5321 §4.5.2).</summary>
    Dot,

    /// <summary>A bare CR, a bare LF or a NUL: the message must not be sent (it could smuggle a second one into a lax server).</summary>
    Forbidden,
}

/// <summary>
/// Makes the transparent form of a message: finds the dots to double, and insists on CRLF line ends while it looks. State between chunks
/// is one octet, so that every split gives the same result. Copies nothing.
/// </summary>
internal struct DotStuffer
{
    private Position _position;

    /// <summary>The last octet ended a line, or there was none yet.</summary>
    public readonly bool IsAtLineStart => _position == Position.LineStart;

    /// <summary>The last octet was a CR whose LF is missing.</summary>
    public readonly bool IsAfterCarriageReturn => _position == Position.AfterCarriageReturn;

    /// <summary>
    /// Length of the start of <paramref name="source"/> that can be sent unchanged, and what comes then. The next call goes on after
    /// those <paramref name="length"/> octets.
    /// </summary>
    public StuffStep Next(ReadOnlySpan<byte> source, out int length)
    {
        length = 0;
        while (length < source.Length)
        {
            if (_position == Position.AfterCarriageReturn)
            {
                if (source[length] != (byte)'\n')
                {
                    return StuffStep.Forbidden;
                }

                length++;
                _position = Position.LineStart;
                continue;
            }

            if (_position == Position.LineStart && source[length] == (byte)'.')
            {
                _position = Position.InLine;
                return StuffStep.Dot;
            }

            var special = source[length..].IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (special < 0)
            {
                _position = Position.InLine;
                length = source.Length;
                return StuffStep.All;
            }

            length += special;
            if (source[length] != (byte)'\r')
            {
                return StuffStep.Forbidden;
            }

            length++;
            _position = Position.AfterCarriageReturn;
        }

        return StuffStep.All;
    }

    private enum Position : byte
    {
        LineStart,
        InLine,
        AfterCarriageReturn,
    }
}
