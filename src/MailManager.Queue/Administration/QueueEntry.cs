using System.Collections.Immutable;
using MailManager.Messages.Envelope;

namespace MailManager.Queue.Administration;

/// <summary>What a delivery waits for.</summary>
public enum DeliveryState
{
    /// <summary>It is due and waits for its turn.</summary>
    Ready,

    /// <summary>It waits for the time of its next attempt.</summary>
    Deferred,

    /// <summary>It waits for an order.</summary>
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
}

/// <summary>A part of what a filter selects, in the order in which deliveries were accepted.</summary>
/// <param name="Entries">May be empty although there are more.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
public sealed record QueuePage(IReadOnlyList<QueueEntry> Entries, long? Next);
