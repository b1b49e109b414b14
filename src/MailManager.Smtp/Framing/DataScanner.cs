using System.Buffers;

namespace MailManager.Smtp.Framing;

/// <summary>What is wrong with message data that has been read to its end.</summary>
[Flags]
public enum DataFaults
{
    None = 0,

    /// <summary>A CR without LF after it.</summary>
    BareCarriageReturn = 1,

    /// <summary>An LF without CR before it.</summary>
    BareLineFeed = 2,

    /// <summary>An octet of value 0.</summary>
    Nul = 4,

    /// <summary>More octets than the limit.</summary>
    TooLarge = 8,
}

/// <summary>
/// Reads the data phase: finds the end, takes stuffed dots away (RFC 5321 §4.5.2) and notes what may not be in a message. State is kept
/// between calls, so input may be cut anywhere and is never scanned twice. The end is CRLF.CRLF and nothing else: every other line end
/// around a dot leaves the data phase on and makes the message refused, which is what keeps smuggled messages out.
/// </summary>
public struct DataScanner(long maxLength)
{
    private static readonly SearchValues<byte> LineEndsAndNul = SearchValues.Create("\r\n\0"u8);

    private State _state = State.LineStart;

    private enum State : byte
    {
        LineStart,

        /// <summary>A dot at the start of a line, held back.</summary>
        Dot,

        /// <summary>CR after such a dot, both held back.</summary>
        DotCarriageReturn,
        InLine,
        CarriageReturn,
    }

    /// <summary>Faults so far.</summary>
    public DataFaults Faults { get; private set; }

    /// <summary>Octets of the message so far, without stuffed dots and the end.</summary>
    public long Length { get; private set; }

    /// <summary>
    /// Scans input and appends the message's octets to the sink; with a fault noted, only looks for the end.
    /// </summary>
    /// <param name="input">The next octets from the client.</param>
    /// <param name="sink">Receives the octets of the message in runs.</param>
    /// <param name="consumed">Octets that belong to the data phase: all of them, unless the end was found.</param>
    /// <returns>True when the end was found.</returns>
    public bool Scan<TSink>(ReadOnlySpan<byte> input, TSink sink, out int consumed)
        where TSink : IMessageSink
    {
        var position = 0;
        var runStart = 0;
        while (position < input.Length)
        {
            switch (_state)
            {
                case State.LineStart:
                    if (input[position] == (byte)'.')
                    {
                        Append(input[runStart..position], sink);
                        runStart = ++position;
                        _state = State.Dot;
                    }
                    else
                    {
                        _state = State.InLine;
                    }

                    break;

                case State.Dot:
                    if (input[position] == (byte)'\r')
                    {
                        runStart = ++position;
                        _state = State.DotCarriageReturn;
                    }
                    else
                    {
                        _state = State.InLine;
                    }

                    break;

                case State.DotCarriageReturn:
                    if (input[position] == (byte)'\n')
                    {
                        consumed = position + 1;
                        return true;
                    }

                    Faults |= DataFaults.BareCarriageReturn;
                    _state = State.InLine;
                    break;

                case State.InLine:
                    var next = input[position..].IndexOfAny(LineEndsAndNul);
                    if (next < 0)
                    {
                        position = input.Length;
                        break;
                    }

                    position += next;
                    switch (input[position++])
                    {
                        case (byte)'\r':
                            _state = State.CarriageReturn;
                            break;
                        case (byte)'\n':
                            Faults |= DataFaults.BareLineFeed;
                            break;
                        default:
                            Faults |= DataFaults.Nul;
                            break;
                    }

                    break;

                case State.CarriageReturn:
                    if (input[position] == (byte)'\n')
                    {
                        position++;
                        _state = State.LineStart;
                    }
                    else
                    {
                        Faults |= DataFaults.BareCarriageReturn;
                        _state = State.InLine;
                    }

                    break;
            }
        }

        Append(input[runStart..], sink);
        consumed = input.Length;
        return false;
    }

    private void Append<TSink>(ReadOnlySpan<byte> run, TSink sink)
        where TSink : IMessageSink
    {
        if (run.IsEmpty || Faults != DataFaults.None)
        {
            return;
        }

        Length += run.Length;
        if (Length > maxLength)
        {
            Faults |= DataFaults.TooLarge;
            return;
        }

        sink.Append(run);
    }
}
