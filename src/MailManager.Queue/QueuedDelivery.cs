using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;

namespace MailManager.Queue;

/// <summary>
/// One durable delivery: one message to one destination for one or more recipients, with the history of its attempts. Owned by the
/// queue while it waits and by the dispatcher from <see cref="IDeliveryDispatcher.Dispatch"/> until it is settled.
/// </summary>
public sealed class QueuedDelivery
{
    /// <summary>The spool's key of this delivery.</summary>
    public required long Key { get; init; }

    public required MessageId MessageId { get; init; }

    /// <summary>As received: reverse-path for notifications, declared body type.</summary>
    public required MessageEnvelope Envelope { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Recipients still to be served are in here; a settlement replaces it when only some remain.</summary>
    public required DeliveryInstructions Instructions { get; set; }

    /// <summary>Attempts that ended, in all.</summary>
    public int Attempts { get; set; }

    /// <summary>Text of the last failure, escaped; null before the first.</summary>
    public string? LastFailure { get; set; }

    /// <summary>Size of the message in octets.</summary>
    public required long MessageSize { get; init; }

    /// <summary>The bytes while they are still in memory from reception; null: <see cref="IMailQueue.OpenContentAsync"/> reads them from the spool.</summary>
    public MessageContent? Content { get; set; }
}
