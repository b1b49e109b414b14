using System.Collections.Immutable;
using MailManager.Messages.Bytes;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue;

/// <summary>
/// Durable storage and schedule of all that was accepted and is not yet delivered. Thread-safe.
/// </summary>
public interface IMailQueue
{
    /// <summary>
    /// Makes messages durable, all or none, in one synced transaction shared with every session that waits at that moment, then
    /// dispatches their deliveries. Only after <see cref="AcceptResult.Committed"/> may a 250 be sent. Does not throw for a full or
    /// failing disk. Takes its own references on the contents for as long as it needs them; the caller keeps (and releases) its own.
    /// </summary>
    /// <param name="messages">The received message, if it is to be delivered to anybody, and notifications of those of its recipients that failed at once. At least one.</param>
    ValueTask<AcceptResult> AcceptAsync(params ReadOnlySpan<AcceptedMessage> messages);

    /// <summary>
    /// Records how an attempt ended. Returns at once; becomes durable with the next group commit and is repeated until it is, so a full
    /// disk delays it and a crash before it means a second attempt, never a loss. The delivery belongs to the queue again.
    /// </summary>
    void Settle(QueuedDelivery delivery, DeliverySettlement settlement);

    /// <summary>
    /// The bytes of a delivery's message: from memory when still there, else from the spool. The caller releases the returned reference.
    /// Throws <see cref="IOException"/> when the spool cannot be read.
    /// </summary>
    ValueTask<MessageContent> OpenContentAsync(QueuedDelivery delivery, CancellationToken cancellationToken);
}

/// <summary>A message and its bytes, handed to <see cref="IMailQueue.AcceptAsync"/>.</summary>
public readonly record struct AcceptedMessage(QueuedMessage Message, MessageContent Content);

/// <summary>Whether messages became durable.</summary>
public enum AcceptResult
{
    /// <summary>Synced to disk: answer 250.</summary>
    Committed,

    /// <summary>The disk is full: answer 452 4.3.1.</summary>
    StorageFull,

    /// <summary>The store failed in another way: answer 452 4.3.1 too, and log it.</summary>
    StorageFailed,
}

/// <summary>How an attempt ended. With no remaining recipients the delivery is removed, and the message with its last delivery.</summary>
public sealed class DeliverySettlement
{
    /// <summary>Recipients to be tried again; empty: done, delivered or failed.</summary>
    public ImmutableArray<string> Remaining { get; init; } = [];

    /// <summary>What is asked for each remaining recipient, by its index; empty: nothing for any.</summary>
    public ImmutableArray<RecipientOptions?> RemainingOptions { get; init; } = [];

    /// <summary>When to try the remaining ones again.</summary>
    public DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>Escaped text of the failure that made recipients remain.</summary>
    public string? Failure { get; init; }

    /// <summary>What came of the attempt, to be kept while recipients remain; null: there was none.</summary>
    public DeliveryAttempt? Attempt { get; init; }

    /// <summary>A notification to be queued in the same transaction, so that no recipient's failure can get lost.</summary>
    public AcceptedMessage? Notification { get; init; }
}

/// <summary>Carries out deliveries. Delivery and Actions implement it; the queue calls it.</summary>
public interface IDeliveryDispatcher
{
    /// <summary>
    /// Takes a delivery that is due. Must return quickly and must lead to exactly one <see cref="IMailQueue.Settle"/>, unless the
    /// process stops first. Called from any thread. Content in memory comes with a reference that belongs to the delivery; the queue
    /// releases it at settlement.
    /// </summary>
    void Dispatch(QueuedDelivery delivery);
}
