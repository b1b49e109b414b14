namespace MailManager.Queue.Spool;

/// <summary>What a settlement that leaves recipients writes into the row of its delivery.</summary>
internal sealed record DeliveryUpdate
{
    public required string Destination { get; init; }

    public required RowState State { get; init; }

    public required int Attempts { get; init; }

    /// <summary>In milliseconds of the queue's clock.</summary>
    public required long NextAttemptAt { get; init; }

    public string? Failure { get; init; }

    public string? BouncedBy { get; init; }

    /// <summary>New record when the recipients have become fewer; empty: unchanged.</summary>
    public ReadOnlyMemory<byte> Instructions { get; init; }

    /// <summary>To be kept; null: nothing was tried.</summary>
    public AttemptRow? Attempt { get; init; }
}
