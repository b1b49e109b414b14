namespace MailManager.Queue;

/// <summary>Fixed settings of the queue; read once by <see cref="MailQueue.Open"/>.</summary>
public sealed class MailQueueOptions
{
    /// <summary>Directory of the spool; made when missing. One process at a time.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Octets of undelivered messages kept in memory from reception to their first attempt. What comes on top is read from the spool
    /// again when its turn comes. Default 64 MiB, a quarter of the process's memory target.
    /// </summary>
    public long ContentBudget { get; init; } = 64 << 20;

    /// <summary>
    /// Octets of disk kept allocated for the moment the disk is full: released, they let settlements and checkpoints go on, and messages
    /// are refused until they could be allocated again. The write-ahead log is held to half of it. Default 32 MiB; at least 512 KiB.
    /// </summary>
    public long ReserveBytes { get; init; } = 32 << 20;

    /// <summary>
    /// Deliveries of one destination that the dispatcher holds at a time; the others wait in the queue. Default 2000: more than any relay
    /// takes concurrently, little enough that a restart with a full spool does not flood it.
    /// </summary>
    public int DispatchWindow { get; init; } = 2000;

    /// <summary>
    /// Deliveries in memory from which on each destination gets only its fair share of 20; the others wait in the spool. Default 100,000, about
    /// 150 MiB.
    /// </summary>
    public int MaxInMemory { get; init; } = 100_000;

    /// <summary>
    /// New deliveries that may wait in memory for a destination that the dispatcher holds enough of; what comes on top is read from the spool when
    /// there is room. Default 20,000: a burst, some seconds long.
    /// </summary>
    public int MaxWaitingInMemory { get; init; } = 20_000;

    /// <summary>How long settlements wait for a message to share its commit. Default 20 ms; a crash within it means a second attempt.</summary>
    public TimeSpan SettleDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Quiet time after which free space goes back to the file system. Default 5 s.</summary>
    public TimeSpan IdleDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause between attempts to write to a full or failing disk while no message asks for it. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        ArgumentOutOfRangeException.ThrowIfNegative(ContentBudget);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReserveBytes, 512 << 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(DispatchWindow, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInMemory, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxWaitingInMemory);
        ArgumentOutOfRangeException.ThrowIfLessThan(SettleDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryDelay, TimeSpan.Zero);
    }
}
