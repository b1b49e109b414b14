namespace MailManager.Queue;

/// <summary>What came of one attempt after which recipients remain. All texts are escaped, printable ASCII.</summary>
public sealed record DeliveryAttempt
{
    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Name and address of the server; empty: no connection came about.</summary>
    public string Peer { get; init; } = "";

    /// <summary>The version of TLS; empty: clear text.</summary>
    public string Tls { get; init; } = "";

    /// <summary>The peer's reply, or our reason.</summary>
    public required string Outcome { get; init; }
}
