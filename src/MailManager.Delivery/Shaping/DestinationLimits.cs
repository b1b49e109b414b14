using System.Collections.Immutable;

namespace MailManager.Delivery.Shaping;

/// <summary>How much a destination gets at a time. Immutable.</summary>
public sealed record DestinationLimits
{
    /// <summary>The destinations that these limits are for; empty in the limits that are for all others.</summary>
    public ImmutableArray<DestinationPattern> Match { get; init; } = [];

    /// <summary>Connections at a time, at least 1. Default 20, as Postfix.</summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>Connections at a time before anything is known of the destination, at least 1; never more than <see cref="MaxConnections"/>. Default 5, as Postfix.</summary>
    public int InitialConnections { get; init; } = 5;

    /// <summary>Transactions after which a connection is closed; 0: no limit. What the server says of itself (RFC 9422) holds besides.</summary>
    public int MaxMessagesPerConnection { get; init; }

    /// <summary>Attempts to open a connection; null: no limit.</summary>
    public RateLimit? ConnectionRate { get; init; }

    /// <summary>Messages that are begun; null: no limit.</summary>
    public RateLimit? MessageRate { get; init; }

    /// <summary>Recipients of messages that are begun; null: no limit. A message with more recipients than that goes alone.</summary>
    public RateLimit? RecipientRate { get; init; }

    /// <summary>How long a connection without work is kept. Default 10 s: shorter than any server's patience, long enough for the next burst.</summary>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Name of the egress pool or source from which mail leaves where neither rule nor relay says; null: the system chooses.</summary>
    public string? EgressPool { get; init; }

    /// <summary>Delays after the first, second... failed attempt; the last one repeats. Empty: those of all destinations.</summary>
    public ImmutableArray<TimeSpan> RetrySchedule { get; init; } = [];

    /// <summary>Time from acceptance until a message to it is given up, shorter or longer than the others' in whose place it stands; null: theirs.</summary>
    public TimeSpan? Expiry { get; init; }
}
