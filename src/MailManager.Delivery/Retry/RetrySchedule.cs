using System.Collections.Immutable;

namespace MailManager.Delivery.Retry;

/// <summary>When to try again: the configured delays, the last one repeating, each 10 % more or less so that what failed together does not return together.</summary>
/// <param name="random">Gives numbers from 0 up to 1.</param>
internal sealed class RetrySchedule(Func<double> random)
{
    /// <summary>The next attempt after <paramref name="now"/>; the last one is at expiry.</summary>
    /// <param name="delays">After the first, second... attempt.</param>
    /// <param name="now">When the attempt ended.</param>
    /// <param name="earlierAttempts">Attempts before the one that ended now.</param>
    /// <param name="expiresAt">No attempt is later.</param>
    public DateTimeOffset Next(ImmutableArray<TimeSpan> delays, DateTimeOffset now, int earlierAttempts, DateTimeOffset expiresAt)
    {
        var delay = delays[Math.Min(earlierAttempts, delays.Length - 1)];
        var next = now + (delay * (0.9 + (0.2 * random())));
        return next < expiresAt || expiresAt <= now ? next : expiresAt;
    }
}
