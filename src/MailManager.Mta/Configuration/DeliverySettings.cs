using System.Collections.Immutable;
using System.Net;
using MailManager.Delivery.Shaping;

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

    /// <summary>Age at which senders of deferred messages who asked for it are told once, 1 second to 30 days. Default: 4 hours.</summary>
    public TimeSpan DelayNotice { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The same for those who asked for nothing; null, the default: they are not told.</summary>
    public TimeSpan? UnaskedDelayNotice { get; init; }

    /// <summary>Name of the relay that bounces leave through; null: the MX of the sender's domain.</summary>
    public string? DsnRelay { get; init; }

    /// <summary>
    /// What mail comes from in the eyes of the world, where the machine's own addresses do not say (NAT). Only told to people, never bound to. At most
    /// 1000. Default: none.
    /// </summary>
    public ImmutableArray<IPNetwork> EgressAddresses { get; init; } = [];

    /// <summary>Policies of recipients' domains (MTA-STS, RFC 8461) are asked for and kept to. Default true.</summary>
    public bool MtaSts { get; init; } = true;

    /// <summary>Limits of some destinations; the first that matches holds. At most 1000. Default: none, so that all have the defaults.</summary>
    public ImmutableArray<DestinationLimits> Destinations { get; init; } = [];
}
