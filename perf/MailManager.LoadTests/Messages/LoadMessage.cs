using System.Buffers.Text;
using System.Text;

namespace MailManager.LoadTests.Messages;

/// <summary>
/// One message of a fixed size as it travels, final dot included. <see cref="Stamp"/> writes a new id and checksum into it in
/// place, so sending the next message copies nothing. Belongs to one session.
/// </summary>
/// <remarks>
/// <c>X-Load-Time</c> is the time of sending in microseconds since 1970. The id stands in <c>X-Load-Id</c> and in the last line of the body; the checksum covers the whole body. As the id comes
/// last, the checksum of everything before it is computed once. Every body holds a line that begins with a dot.
/// </remarks>
internal sealed class LoadMessage
{
    /// <summary>Characters of an id: 8 hexadecimal for the run, a hyphen, 12 for the number.</summary>
    public const int IdLength = 21;

    private const string IdSlot = "00000000-000000000000";
    private const string SumSlot = "00000000";
    private const string TimeSlot = "0000000000000000";
    private readonly int _headerId;
    private readonly int _headerSum;
    private readonly int _bodyId;
    private readonly uint _prefixSum;

    private LoadMessage(byte[] wire, int headerId, int headerSum, int bodyId, uint prefixSum)
    {
        Wire = wire;
        _headerId = headerId;
        _headerSum = headerSum;
        _bodyId = bodyId;
        _prefixSum = prefixSum;
    }

    /// <summary>What to send after 354.</summary>
    public byte[] Wire { get; }

    /// <summary>The id last written, in ASCII.</summary>
    public ReadOnlySpan<byte> Id => Wire.AsSpan(_headerId, IdLength);

    /// <summary>Builds a message of about <paramref name="size"/> octets; never smaller than its headers and two lines.</summary>
    public static LoadMessage Create(int size, string from, string to)
    {
        var text = new StringBuilder(size + 512);
        text.Append("From: <").Append(from).Append(">\r\nTo: <").Append(to).Append(">\r\nSubject: load test\r\n")
            .Append("Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <").Append(IdSlot).Append("@load.test>\r\n");
        var messageId = text.Length - IdSlot.Length - "@load.test>\r\n".Length;
        text.Append("X-Load-Id: ");
        var headerId = text.Length;
        text.Append(IdSlot).Append("\r\nX-Load-Sum: ");
        var headerSum = text.Length;
        text.Append(SumSlot).Append("\r\nX-Load-Time: ");
        var headerTime = text.Length;
        text.Append(TimeSlot).Append("\r\n\r\n");
        var body = text.Length;
        text.Append("..a line that begins with a dot\r\n");
        const int LastLine = 21 + 2;
        var line = 0;
        while (text.Length + LastLine < size)
        {
            var room = Math.Min(76, size - LastLine - text.Length - 2);
            for (var i = 0; i < room; i++)
            {
                text.Append((char)('a' + ((line * 7 + i) % 26)));
            }

            text.Append("\r\n");
            line++;
        }

        var bodyId = text.Length;
        text.Append(IdSlot).Append("\r\n.\r\n");
        var wire = Encoding.ASCII.GetBytes(text.ToString());
        var sum = Checksum.AppendStuffed(Checksum.Seed, wire.AsSpan(body, bodyId - body));
        return new LoadMessage(wire, headerId, headerSum, bodyId, sum) { MessageIdAt = messageId, TimeAt = headerTime };
    }

    private int MessageIdAt { get; init; }

    private int TimeAt { get; init; }

    /// <summary>Makes this the message <paramref name="number"/> of the run <paramref name="run"/>.</summary>
    public void Stamp(uint run, long number)
    {
        var id = Wire.AsSpan(_headerId, IdLength);
        Utf8Formatter.TryFormat(run, id, out _, new System.Buffers.StandardFormat('x', 8));
        Utf8Formatter.TryFormat(number, id[9..], out _, new System.Buffers.StandardFormat('x', 12));
        Utf8Formatter.TryFormat(WallClock.UnixMicroseconds(), Wire.AsSpan(TimeAt), out _, new System.Buffers.StandardFormat('D', 16));
        id.CopyTo(Wire.AsSpan(_bodyId));
        id.CopyTo(Wire.AsSpan(MessageIdAt));
        var sum = Checksum.Append(_prefixSum, Wire.AsSpan(_bodyId, IdLength + 2));
        Utf8Formatter.TryFormat(sum, Wire.AsSpan(_headerSum), out _, new System.Buffers.StandardFormat('x', 8));
    }
}
