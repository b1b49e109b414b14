using System.Buffers;
using MailManager.Messages.Bytes;
using MailManager.Queue;

namespace MailManager.Mta.Simulation;

/// <summary>Takes every message and keeps none.</summary>
internal sealed class DryRunQueue : IMailQueue
{
    public ValueTask<AcceptResult> AcceptAsync(params ReadOnlySpan<AcceptedMessage> messages) => new(AcceptResult.Committed);

    /// <summary>Nothing is ever dispatched.</summary>
    public void Settle(QueuedDelivery delivery, DeliverySettlement settlement) => throw new InvalidOperationException("A dry run delivers nothing.");

    /// <summary>Nothing is ever dispatched.</summary>
    public ValueTask<MessageContent> OpenContentAsync(QueuedDelivery delivery, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A dry run delivers nothing.");
}

/// <summary>Keeps large bodies in memory, where the samples are already.</summary>
internal sealed class DryRunBodyFiles : IBodyFileStore
{
    public IBodyFile Create() => new BodyInMemory();

    private sealed class BodyInMemory : IBodyFile
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public string Name => "dry-run";

        public void Append(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public int Read(Span<byte> destination, long offset)
        {
            var rest = _bytes.WrittenSpan[(int)Math.Min(offset, _bytes.WrittenCount)..];
            var length = Math.Min(rest.Length, destination.Length);
            rest[..length].CopyTo(destination);
            return length;
        }

        public void Close()
        {
            // The memory goes with the object.
        }

        public void Delete() => Close();
    }
}
