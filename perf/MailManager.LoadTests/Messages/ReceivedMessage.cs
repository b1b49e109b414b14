using System.Buffers.Text;

namespace MailManager.LoadTests.Messages;

/// <summary>What the sink learns from a message: whose it is, and whether its body came through unharmed.</summary>
internal readonly ref struct ReceivedMessage
{
    /// <summary>The value of <c>X-Load-Id</c>; empty when the message has none (another generator sent it).</summary>
    public ReadOnlySpan<byte> Id { get; private init; }

    /// <summary>When it was sent, in microseconds since 1970; 0 when it does not say.</summary>
    public long SentMicroseconds { get; private init; }

    /// <summary>False when the message has an id but its body does not have the promised checksum.</summary>
    public bool Intact { get; private init; }

    /// <summary>Reads a message as it travelled, without the final dot. Headers that a relay prepended are passed over.</summary>
    public static ReceivedMessage Parse(ReadOnlySpan<byte> wire)
    {
        var blank = wire.IndexOf("\r\n\r\n"u8);
        if (blank < 0)
        {
            return new ReceivedMessage { Intact = true };
        }

        var headers = wire[..(blank + 2)];
        var id = Header(headers, "X-Load-Id: "u8);
        if (id.IsEmpty)
        {
            return new ReceivedMessage { Intact = true };
        }

        var sum = Checksum.AppendStuffed(Checksum.Seed, wire[(blank + 4)..]);
        var promised = Header(headers, "X-Load-Sum: "u8);
        var intact = Utf8Parser.TryParse(promised, out uint value, out var used, 'x') && used == promised.Length && value == sum;
        _ = Utf8Parser.TryParse(Header(headers, "X-Load-Time: "u8), out long sent, out _);
        return new ReceivedMessage { Id = id, Intact = intact, SentMicroseconds = sent };
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> nameAndSpace)
    {
        var from = 0;
        while (true)
        {
            var at = headers[from..].IndexOf(nameAndSpace);
            if (at < 0)
            {
                return default;
            }

            at += from;
            if (at == 0 || headers[at - 1] == (byte)'\n')
            {
                var value = headers[(at + nameAndSpace.Length)..];
                return value[..value.IndexOf((byte)'\r')];
            }

            from = at + 1;
        }
    }
}
