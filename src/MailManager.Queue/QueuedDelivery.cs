using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue.Spool;

namespace MailManager.Queue;

/// <summary>
/// One durable delivery: one message to one destination for one or more recipients, with the history of its attempts. Owned by the
/// queue while it waits and by the dispatcher from <see cref="IDeliveryDispatcher.Dispatch"/> until it is settled.
/// </summary>
public sealed class QueuedDelivery
{
    private int _isOut;

    /// <summary>The spool's key of this delivery.</summary>
    public required long Key { get; init; }

    public required MessageId MessageId { get; init; }

    /// <summary>As received: reverse-path for notifications, declared body type.</summary>
    public required MessageEnvelope Envelope { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Recipients still to be served are in here; a settlement replaces it when only some remain.</summary>
    public required DeliveryInstructions Instructions { get; set; }

    /// <summary>Attempts that ended, in all. The queue counts them at settlement.</summary>
    public int Attempts { get; set; }

    /// <summary>Text of the last failure, escaped; null before the first.</summary>
    public string? LastFailure { get; set; }

    /// <summary>Size of the message in octets.</summary>
    public required long MessageSize { get; init; }

    /// <summary>The bytes while they are still in memory from reception; null: <see cref="IMailQueue.OpenContentAsync"/> reads them from the spool.</summary>
    public MessageContent? Content { get; set; }

    /// <summary>Null for deliveries that no queue made.</summary>
    internal SpooledMessage? Spooled { get; init; }

    /// <summary>The dispatcher has it now.</summary>
    internal void BeginAttempt() => Volatile.Write(ref _isOut, 1);

    /// <summary>The queue has it again; false when it already had.</summary>
    internal bool TryEndAttempt() => Interlocked.Exchange(ref _isOut, 0) == 1;
}
