using System.Collections.Immutable;
using MailManager.Messages.Envelope;
using MailManager.Queue.History;

namespace MailManager.Queue.Administration;

/// <summary>What a delivery waits for.</summary>
public enum DeliveryState
{
    /// <summary>It is due and waits for its turn.</summary>
    Ready,

    /// <summary>It waits for the time of its next attempt.</summary>
    Deferred,

    /// <summary>It waits for an order, until it expires.</summary>
    Held,

    /// <summary>The queue has given it to delivery, where it waits for a connection or is being sent.</summary>
    InAttempt,
}

/// <summary>One delivery, as the spool shows it at a moment.</summary>
public sealed class QueueEntry
{
    /// <summary>Names the delivery in this spool.</summary>
    public required long Delivery { get; init; }

    public required MessageId MessageId { get; init; }

    public required DeliveryState State { get; init; }

    /// <summary><c>relay:NAME</c> or <c>mx:DOMAIN</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>The reverse-path that is given; empty: the null reverse-path.</summary>
    public required string Sender { get; init; }

    /// <summary>Those still to be served.</summary>
    public required ImmutableArray<string> Recipients { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Of a held one: when it expires.</summary>
    public required DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>Attempts that ended.</summary>
    public required int Attempts { get; init; }

    /// <summary>Of the last attempt, escaped; null before the first.</summary>
    public string? LastReply { get; init; }

    /// <summary>Of the message, in octets.</summary>
    public required long Size { get; init; }

    /// <summary>The ingress point; <c>dsn</c> for a notification.</summary>
    public required string IngressPoint { get; init; }

    /// <summary>Who ordered it to be bounced; null: nobody.</summary>
    public string? BouncedBy { get; init; }

    /// <summary>Of the message; null: it has none, it cannot be read, or the filter did not ask.</summary>
    public MessageHistory? History { get; init; }
}

/// <summary>One message with its deliveries, as the spool shows them at a moment.</summary>
/// <param name="Id">The message's.</param>
/// <param name="Recipients">Of its envelope as it was received, in the order of <see cref="PolicyHistory.ByRecipient"/>.</param>
/// <param name="History">Null: it has none, or it cannot be read.</param>
/// <param name="Deliveries">Those that are not done.</param>
public sealed record QueuedMessageEntry(MessageId Id, ImmutableArray<string> Recipients, MessageHistory? History, IReadOnlyList<QueueEntry> Deliveries);

/// <summary>A part of what a filter selects, in the order in which deliveries were accepted.</summary>
/// <param name="Entries">May be empty although there are more.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
public sealed record QueuePage(IReadOnlyList<QueueEntry> Entries, long? Next);
