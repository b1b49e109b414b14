namespace MailManager.Delivery.Shaping;

/// <summary>
/// Counts what happened in the last period, so that never more than the limit happens in any time of that length. A token bucket of that rate would let
/// through twice as much: a full bucket, and what flows in meanwhile. Counts are kept for each 64th of the period and forgotten when its last moment is a
/// period ago: constant memory, at the price of that 64th. Not thread-safe. Times are timestamps of a monotonic clock.
/// </summary>
internal sealed class RateWindow
{
    private const int Slots = 64;

    private readonly int _limit;
    private readonly long _width;

    // One more than a period has: the one that is being filled, and all that reach into the period before now.
    private readonly int[] _counts = new int[Slots + 1];
    private long _current;
    private long _sum;

    /// <param name="rate">The limit.</param>
    /// <param name="frequency">Units of time in a second.</param>
    public RateWindow(RateLimit rate, long frequency)
    {
        _limit = rate.Count;
        _width = Math.Max(1, (long)Math.Ceiling(rate.Period.TotalSeconds * frequency / Slots));
    }

    /// <summary>Nothing happened in the last period.</summary>
    public bool IsEmpty(long now)
    {
        Advance(now);
        return _sum == 0;
    }

    /// <summary>Units of time until <paramref name="cost"/> may be taken; 0: now. What costs more than the limit waits until it is alone.</summary>
    public long WaitFor(int cost, long now)
    {
        Advance(now);
        var sum = _sum;
        if (Fits(sum, cost))
        {
            return 0;
        }

        for (var slot = _current - Slots; ; slot++)
        {
            sum -= At(slot);
            if (Fits(sum, cost))
            {
                return ((slot + Slots + 1) * _width) - now;
            }
        }
    }

    /// <summary>Counts it, whatever the limit says.</summary>
    public void Take(int cost, long now)
    {
        Advance(now);
        At(_current) += cost;
        _sum += cost;
    }

    private bool Fits(long sum, int cost) => sum == 0 || sum + cost <= _limit;

    private ref int At(long slot) => ref _counts[(slot + Slots + 1) % (Slots + 1)];

    private void Advance(long now)
    {
        var slot = now / _width;
        for (var next = Math.Max(_current, slot - Slots - 1) + 1; next <= slot; next++)
        {
            ref var count = ref At(next);
            _sum -= count;
            count = 0;
        }

        _current = Math.Max(_current, slot);
    }
}
