using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace MailManager.Smtp.Limits;

/// <summary>
/// Events of each client in the last minute, a sliding window of six segments. The owner says when a segment is over, so that time is the
/// owner's clock. Thread-safe.
/// </summary>
/// <param name="limit">Events of a client in a minute; 0: no limit.</param>
internal sealed class RateTable(int limit)
{
    /// <summary>How often <see cref="Advance"/> is to be called.</summary>
    public static readonly TimeSpan Segment = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Clients that are remembered, some 300 octets each. Whoever comes from more addresses than that within a minute is not held by a limit
    /// of each address; the limits on the whole server hold then.
    /// </summary>
    internal const int Capacity = 65_536;

    private const int Segments = 6;

    // The library measures a segment by the system's clock and would not move on before its end. A segment of one tick is always over, so that
    // each call of TryReplenish moves the window on by exactly one.
    private readonly SlidingWindowRateLimiterOptions _options = new()
    {
        PermitLimit = Math.Max(1, limit),
        SegmentsPerWindow = Segments,
        Window = TimeSpan.FromTicks(Segments),
        QueueLimit = 0,
        AutoReplenishment = false,
    };

    private readonly ConcurrentDictionary<AddressBlock, SlidingWindowRateLimiter> _limiters = new();
    private int _count;

    /// <summary>Clients that are remembered now.</summary>
    public int Keys => Volatile.Read(ref _count);

    /// <summary>Counts an event of a client; false: it has had too many.</summary>
    public bool TryTake(in AddressBlock client)
    {
        if (limit <= 0)
        {
            return true;
        }

        if (!_limiters.TryGetValue(client, out var limiter))
        {
            if (Keys >= Capacity)
            {
                return true;
            }

            var added = new SlidingWindowRateLimiter(_options);
            limiter = _limiters.GetOrAdd(client, added);
            if (limiter == added)
            {
                Interlocked.Increment(ref _count);
            }
        }

        using var lease = limiter.AttemptAcquire();
        return lease.IsAcquired;
    }

    /// <summary>A segment of time is over: the oldest events are forgotten, and clients without any.</summary>
    public void Advance()
    {
        foreach (var entry in _limiters)
        {
            entry.Value.TryReplenish();

            // Idle: nothing was taken that is not given back. An event that falls in between goes uncounted, which hurts nobody.
            if (entry.Value.IdleDuration is not null && _limiters.TryRemove(entry))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
