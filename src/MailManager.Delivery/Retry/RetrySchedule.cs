using System.Collections.Immutable;

namespace MailManager.Delivery.Retry;

/// <summary>When to try again: the configured delays, the last one repeating, each 10 % more or less so that what failed together does not return together.</summary>
/// <param name="random">Gives numbers from 0 up to 1.</param>
internal sealed class RetrySchedule(Func<double> random)
{
    /// <summary>What a delay becomes at least, as a part of itself, and how much more at most.</summary>
    private const double Shortest = 0.9;
    private const double Spread = 0.2;

    /// <summary>The next attempt after <paramref name="now"/>; the last one is at expiry.</summary>
    /// <param name="delays">After the first, second... attempt.</param>
    /// <param name="now">When the attempt ended.</param>
    /// <param name="earlierAttempts">Attempts before the one that ended now.</param>
    /// <param name="expiresAt">No attempt is later.</param>
    /// <param name="pause">No attempt is earlier than after this time, but for the one at expiry.</param>
    public DateTimeOffset Next(ImmutableArray<TimeSpan> delays, DateTimeOffset now, int earlierAttempts, DateTimeOffset expiresAt, TimeSpan pause = default)
    {
        var delay = delays[Math.Min(earlierAttempts, delays.Length - 1)];
        return After(delay >= pause / Shortest ? delay : pause / Shortest, now, expiresAt);
    }

    /// <summary>The next attempt after a delay that is no matter of the schedule.</summary>
    /// <param name="delay">10 % more or less.</param>
    /// <param name="now">When the attempt ended.</param>
    /// <param name="expiresAt">No attempt is later.</param>
    public DateTimeOffset After(TimeSpan delay, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        var next = now + (delay * (Shortest + (Spread * random())));
        return next < expiresAt || expiresAt <= now ? next : expiresAt;
    }
}
