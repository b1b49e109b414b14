namespace MailManager.Smtp.Limits;

/// <summary>Counts the octets of memory that messages being received hold, all sessions together. Thread-safe.</summary>
/// <param name="limit">Octets from which on no new message is begun; those that were begun may go beyond it.</param>
public sealed class MemoryGauge(long limit)
{
    private long _used;

    /// <summary>Octets in use.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>The limit is reached.</summary>
    public bool IsFull => Used >= limit;

    /// <summary>A buffer was taken.</summary>
    public void Add(long octets) => Interlocked.Add(ref _used, octets);

    /// <summary>A buffer that was added was given back.</summary>
    public void Remove(long octets) => Interlocked.Add(ref _used, -octets);
}
