using System.Collections.Immutable;

namespace MailManager.Mta.Configuration;

/// <summary>How long and how often delivery is tried: <c>Delivery</c> in the configuration file.</summary>
public sealed record DeliverySettings
{
    /// <summary>
    /// Time from a failed attempt to the next; the last entry repeats. 1 to 100 entries of 1 second to 30 days. Default: 1, 5, 15 and
    /// 30 minutes, then every hour; quick at first, as RFC 5321 §4.5.4.1 suggests for trouble that passes.
    /// </summary>
    public ImmutableArray<TimeSpan> RetrySchedule { get; init; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)];

    /// <summary>
    /// Time from acceptance until the message is given up and bounced, 1 second to 30 days. Default: 4 days (RFC 5321 §4.5.4.1: 4 to 5).
    /// </summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(4);

    /// <summary>Name of the relay that bounces leave through; null: the MX of the sender's domain.</summary>
    public string? DsnRelay { get; init; }
}
