using System.Buffers;
using MailManager.Messages.Bytes;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>The file of a large message, in memory.</summary>
internal sealed class MemoryBodyFile(byte[] octets) : IBodyFile
{
    public string Name => "memory";

    public long Length => octets.Length;

    public long FailsAt { get; init; } = long.MaxValue;

    /// <summary>Content whose first 1024 octets are in memory too.</summary>
    public MessageContent ToContent()
    {
        var head = ArrayPool<byte>.Shared.Rent(1024);
        Read(head.AsSpan(0, 1024), 0);
        return new MessageContent(head, 1024, Length, this);
    }

    public void Append(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    public int Read(Span<byte> destination, long offset)
    {
        if (offset > FailsAt)
        {
            throw new IOException("bad sector");
        }

        var part = octets.AsSpan((int)offset, (int)Math.Min(destination.Length, octets.Length - offset));
        part.CopyTo(destination);
        return part.Length;
    }

    public void Close()
    {
    }

    public void Delete()
    {
    }
}
