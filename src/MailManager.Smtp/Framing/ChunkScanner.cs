using System.Buffers;

namespace MailManager.Smtp.Framing;

/// <summary>
/// Takes the chunks of BDAT (RFC 3030), whose lengths are known, and notes what may not be in a message: the same as in the data phase, and in a
/// BINARYMIME message only in its header, since a header that is cut into lines differently by different readers says different things. State is kept
/// between calls, so a CR at the end of one chunk and an LF at the start of the next are one line end.
/// </summary>
public struct ChunkScanner(long maxLength, bool isBinary)
{
    private static readonly SearchValues<byte> LineEndsAndNul = SearchValues.Create("\r\n\0"u8);

    private bool _afterCarriageReturn;
    private bool _isAtLineStart = true;
    private bool _isFree;

    /// <summary>Faults so far; after the first nothing more is appended.</summary>
    public DataFaults Faults { get; private set; }

    /// <summary>Octets so far.</summary>
    public long Length { get; private set; }

    /// <summary>Announces a chunk: one that cannot fit is not even started.</summary>
    public void Expect(long octets)
    {
        if (octets > maxLength - Length)
        {
            Faults |= DataFaults.TooLarge;
        }
    }

    /// <summary>Scans octets of a chunk and appends them to the sink.</summary>
    public void Scan<TSink>(ReadOnlySpan<byte> octets, TSink sink)
        where TSink : IMessageSink
    {
        if (Faults != DataFaults.None || octets.IsEmpty)
        {
            return;
        }

        if (!_isFree)
        {
            Check(octets);
        }

        if (Faults == DataFaults.None)
        {
            Length += octets.Length;
            sink.Append(octets);
        }
    }

    /// <summary>The last chunk has been scanned.</summary>
    public void Finish()
    {
        if (_afterCarriageReturn && Faults == DataFaults.None)
        {
            Faults |= DataFaults.BareCarriageReturn;
        }
    }

    private void Check(ReadOnlySpan<byte> octets)
    {
        var position = 0;
        if (_afterCarriageReturn)
        {
            TakeAfterCarriageReturn(octets[0]);
            position = 1;
        }

        while (Faults == DataFaults.None && !_isFree && position < octets.Length)
        {
            var next = octets[position..].IndexOfAny(LineEndsAndNul);
            if (next < 0)
            {
                _isAtLineStart = false;
                return;
            }

            _isAtLineStart &= next == 0;
            position += next;
            switch (octets[position++])
            {
                case (byte)'\r' when position == octets.Length:
                    _afterCarriageReturn = true;
                    break;
                case (byte)'\r':
                    TakeAfterCarriageReturn(octets[position++]);
                    break;
                case (byte)'\n':
                    Faults |= DataFaults.BareLineFeed;
                    break;
                default:
                    Faults |= DataFaults.Nul;
                    break;
            }
        }
    }

    private void TakeAfterCarriageReturn(byte octet)
    {
        _afterCarriageReturn = false;
        if (octet != (byte)'\n')
        {
            Faults |= DataFaults.BareCarriageReturn;
            return;
        }

        // An empty line ends the header: what follows in a BINARYMIME message may be anything.
        _isFree = isBinary && _isAtLineStart;
        _isAtLineStart = true;
    }
}
