using System.Collections.Concurrent;
using System.Threading.Channels;
using MailManager.Messages.Bytes;
using MailManager.Queue;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>A queue that only records how deliveries were settled, and what else was put into it.</summary>
internal sealed class RecordingQueue : IMailQueue
{
    private readonly Channel<Settled> _settled = Channel.CreateUnbounded<Settled>();

    /// <summary>What <see cref="OpenContentAsync"/> returns; null: it fails.</summary>
    public Func<QueuedDelivery, MessageContent>? Spool { get; set; }

    public int Opened { get; private set; }

    public bool HasSettled => _settled.Reader.Count > 0;

    /// <summary>Messages made here, with their octets.</summary>
    public ConcurrentQueue<(QueuedMessage Message, byte[] Content)> Accepted { get; } = new();

    public ValueTask<AcceptResult> AcceptAsync(params ReadOnlySpan<AcceptedMessage> messages)
    {
        foreach (var accepted in messages)
        {
            Accepted.Enqueue((accepted.Message, accepted.Content.Head.ToArray()));
        }

        return new(AcceptResult.Committed);
    }

    public void Settle(QueuedDelivery delivery, DeliverySettlement settlement)
    {
        settlement.Notification?.Content.AddReference();
        _settled.Writer.TryWrite(new Settled(delivery, settlement));
    }

    public ValueTask<MessageContent> OpenContentAsync(QueuedDelivery delivery, CancellationToken cancellationToken)
    {
        Opened++;
        return Spool is { } spool ? new ValueTask<MessageContent>(spool(delivery)) : throw new IOException("no spool");
    }

    public async Task<Settled> NextAsync() => await _settled.Reader.ReadAsync().AsTask().WaitAsync(TestKit.Peers.ScriptedSmtpServer.Patience);
}

internal sealed record Settled(QueuedDelivery Delivery, DeliverySettlement Settlement);
