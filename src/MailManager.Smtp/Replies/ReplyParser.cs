using System.Buffers;
using System.Text;

namespace MailManager.Smtp.Replies;

/// <summary>How far <see cref="ReplyParser.Read"/> came.</summary>
public enum ReplyStatus
{
    /// <summary>A whole reply was read.</summary>
    Done,

    /// <summary>More octets are needed.</summary>
    NeedMore,

    /// <summary>What the peer sends is no reply, or has no end. The connection is of no use any more.</summary>
    Invalid,
}

/// <summary>
/// Reads a peer's replies (RFC 5321 §4.2), line by line as they arrive; a line is looked at again only while its end is missing. Bounded,
/// because the peer may lie: see the limits. Knows no pipe. Not thread-safe.
/// </summary>
public sealed class ReplyParser
{
    /// <summary>Octets of one line with its end; RFC 5321 §4.5.3.1.5 allows 512, servers with long texts exceed it.</summary>
    public const int MaxLineLength = 2000;

    /// <summary>Lines of one reply. A long EHLO reply has about 20.</summary>
    public const int MaxLines = 100;

    /// <summary>Octets of one reply.</summary>
    public const int MaxLength = 32 * 1024;

    private readonly StringBuilder _text = new();
    private int _lines;
    private int _length;
    private int _code;
    private EnhancedStatus _status;

    /// <summary>Takes whole lines from the start of <paramref name="buffer"/> until a reply is complete.</summary>
    /// <param name="buffer">What has arrived and was not consumed before.</param>
    /// <param name="consumed">Up to where it is used up; the rest must come again.</param>
    /// <param name="reply">Valid with <see cref="ReplyStatus.Done"/>.</param>
    public ReplyStatus Read(in ReadOnlySequence<byte> buffer, out SequencePosition consumed, out SmtpReply reply)
    {
        reply = default;
        consumed = buffer.Start;
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            consumed = reader.Position;
            if (line.Length >= MaxLineLength)
            {
                return ReplyStatus.Invalid;
            }

            var status = line.IsSingleSegment ? ReadLine(line.FirstSpan, out reply) : ReadLine(line.ToArray(), out reply);
            if (status != ReplyStatus.NeedMore)
            {
                return status;
            }
        }

        return reader.Remaining >= MaxLineLength ? ReplyStatus.Invalid : ReplyStatus.NeedMore;
    }

    private ReplyStatus ReadLine(ReadOnlySpan<byte> line, out SmtpReply reply)
    {
        reply = default;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        _length += line.Length;
        if (++_lines > MaxLines || _length > MaxLength || !TryReadCode(line, out var code, out var isLast) || (_lines > 1 && code != _code))
        {
            return ReplyStatus.Invalid;
        }

        _code = code;
        var text = line.Length > 4 ? line[4..] : default;
        if (EnhancedStatusParser.TryRead(text, out var status, out var length) && status.Class == code / 100)
        {
            _status = _status.IsPresent ? _status : status;
            text = text[length..];
        }

        if (_lines == 1 && isLast)
        {
            reply = new SmtpReply(code, _status, Encoding.UTF8.GetString(text));
            Reset();
            return ReplyStatus.Done;
        }

        _text.Append(_lines > 1 ? "\n" : string.Empty).Append(Encoding.UTF8.GetString(text));
        if (!isLast)
        {
            return ReplyStatus.NeedMore;
        }

        reply = new SmtpReply(code, _status, _text.ToString());
        Reset();
        return ReplyStatus.Done;
    }

    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code, out bool isLast)
    {
        code = 0;
        isLast = line.Length == 3 || (line.Length > 3 && line[3] == (byte)' ');
        if (line.Length < 3 || (!isLast && line[3] != (byte)'-') || line[0] is < (byte)'2' or > (byte)'5'
            || !char.IsAsciiDigit((char)line[1]) || !char.IsAsciiDigit((char)line[2]))
        {
            return false;
        }

        code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
        return true;
    }

    private void Reset()
    {
        _text.Clear();
        _lines = 0;
        _length = 0;
        _status = default;
    }
}
