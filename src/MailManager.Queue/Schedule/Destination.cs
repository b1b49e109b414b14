namespace MailManager.Queue.Schedule;

/// <summary>What is known in memory of one destination. Guarded by the gate of its <see cref="DispatchWindow"/>.</summary>
internal sealed class Destination(string key)
{
    /// <summary>No row waits in the spool.</summary>
    public const long Never = long.MaxValue;

    public string Key => key;

    /// <summary>Deliveries that the dispatcher has.</summary>
    public int Outstanding { get; set; }

    /// <summary>Deliveries in memory that wait for room; they are due.</summary>
    public Queue<QueuedDelivery> Waiting { get; } = new(0);

    /// <summary>No row of the spool is due before, in milliseconds of the queue's clock; <see cref="Never"/>: none waits.</summary>
    public long DueAt { get; set; } = Never;

    /// <summary>Rows are being read, or will be next.</summary>
    public bool IsLoading { get; set; }

    public bool IsEmpty => Outstanding == 0 && Waiting.Count == 0 && DueAt == Never && !IsLoading;
}
