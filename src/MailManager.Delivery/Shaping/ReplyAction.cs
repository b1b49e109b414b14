namespace MailManager.Delivery.Shaping;

/// <summary>What a reply that a pattern matches leads to, besides what its code says. Immutable.</summary>
public sealed record ReplyAction
{
    /// <summary>How long changed limits hold, unless said otherwise: 1 hour.</summary>
    public static readonly TimeSpan UsualLimitTime = TimeSpan.FromHours(1);

    public ReplyOutcome Outcome { get; init; }

    /// <summary>Time to the next attempt of what is tried again, in place of the schedule's, 10 % more or less; null: the schedule's.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>No message goes to the destination for this time; afterwards a single connection probes. Null: messages go on.</summary>
    public TimeSpan? Suspend { get; init; }

    /// <summary>The destination has too much: the number of its connections is halved.</summary>
    public bool Congested { get; init; }

    /// <summary>The connection is closed and not used for another message.</summary>
    public bool CloseConnection { get; init; }

    /// <summary>Connections at a time for <see cref="LimitTime"/>, at least 1, where that is less than what the destination has otherwise; null: that.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Messages after which connections are closed for <see cref="LimitTime"/>, at least 1; null: what the destination has otherwise.</summary>
    public int? MaxMessagesPerConnection { get; init; }

    /// <summary>How long the limits above hold.</summary>
    public TimeSpan LimitTime { get; init; } = UsualLimitTime;

    /// <summary>There is a limit that holds for a time.</summary>
    internal bool HasLimits => MaxConnections is not null || MaxMessagesPerConnection is not null;
}

/// <summary>What becomes of the recipients that a reply is about.</summary>
public enum ReplyOutcome
{
    /// <summary>What the reply's code says.</summary>
    ByCode,

    /// <summary>They are tried again, although the code says 5yz.</summary>
    Retry,

    /// <summary>They fail, although the code says 4yz.</summary>
    Bounce,
}
