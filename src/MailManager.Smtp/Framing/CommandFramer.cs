using System.Buffers;

namespace MailManager.Smtp.Framing;

/// <summary>What <see cref="CommandFramer"/> found.</summary>
public enum FrameStatus
{
    /// <summary>One whole line; the buffer now starts after it.</summary>
    Line,

    /// <summary>No line end yet, and the limit is not reached: read more, keep the buffer.</summary>
    NeedMore,

    /// <summary>More octets than allowed without a line end; the buffer now starts after what was discarded.</summary>
    TooLong,

    /// <summary>A line that ends in LF alone; the buffer now starts after it.</summary>
    BareLineFeed,
}

/// <summary>Cuts command lines out of what has arrived. Lines end in CRLF and nothing else (RFC 5321 §2.3.8).</summary>
public static class CommandFramer
{
    /// <summary>Longest line that can be asked for, in octets, CRLF included: what AUTH may need (RFC 4954 §4).</summary>
    public const int MaxLineLength = 12_288;

    /// <summary>Takes the next line off the buffer.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="line">The line without its CRLF, valid as long as the buffer's memory.</param>
    /// <param name="maxLength">Longest line in octets, CRLF included; at most <see cref="MaxLineLength"/>.</param>
    public static FrameStatus Read(ref ReadOnlySequence<byte> buffer, int maxLength, out ReadOnlySequence<byte> line)
    {
        var lineFeed = PositionOfLineFeed(buffer);
        if (lineFeed < 0)
        {
            line = default;
            if (buffer.Length < maxLength)
            {
                return FrameStatus.NeedMore;
            }

            buffer = buffer.Slice(buffer.End);
            return FrameStatus.TooLong;
        }

        line = buffer.Slice(0, lineFeed);
        buffer = buffer.Slice(lineFeed + 1);
        if (lineFeed + 1 > maxLength)
        {
            return FrameStatus.TooLong;
        }

        if (lineFeed == 0 || LastByte(line) != (byte)'\r')
        {
            return FrameStatus.BareLineFeed;
        }

        line = line.Slice(0, lineFeed - 1);
        return FrameStatus.Line;
    }

    private static long PositionOfLineFeed(in ReadOnlySequence<byte> buffer)
    {
        var inFirst = buffer.FirstSpan.IndexOf((byte)'\n');
        if (inFirst >= 0 || buffer.IsSingleSegment)
        {
            return inFirst;
        }

        var position = buffer.PositionOf((byte)'\n');
        return position is null ? -1 : buffer.GetOffset(position.Value) - buffer.GetOffset(buffer.Start);
    }

    private static byte LastByte(in ReadOnlySequence<byte> line) =>
        line.IsSingleSegment ? line.FirstSpan[^1] : line.Slice(line.Length - 1).FirstSpan[0];
}
