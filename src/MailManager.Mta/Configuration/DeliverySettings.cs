using System.Collections.Immutable;
using System.Net;
using MailManager.Delivery.Egress;
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

    /// <summary>Most notifications to one address. Default: 20 in an hour.</summary>
    public RateLimit NotificationRate { get; init; } = new(20, TimeSpan.FromHours(1));

    /// <summary>Most notifications in all. Default: 10,000 in an hour.</summary>
    public RateLimit TotalNotificationRate { get; init; } = new(10_000, TimeSpan.FromHours(1));

    /// <summary>
    /// What mail comes from in the eyes of the world, where the machine's own addresses do not say (NAT). Only told to people, never bound to. At most
    /// 1000. Default: none.
    /// </summary>
    public ImmutableArray<IPNetwork> EgressAddresses { get; init; } = [];

    /// <summary>What rules, relays and destinations may have mail leave from. At most 1000 sources and as many pools. Default: none.</summary>
    public EgressPools Egress { get; init; } = EgressPools.None;

    /// <summary>Policies of recipients' domains (MTA-STS, RFC 8461) are asked for and kept to. Default true.</summary>
    public bool MtaSts { get; init; } = true;

    /// <summary>Reports of TLS to the domains that want them; null, the default: none are made.</summary>
    public TlsReportSettings? TlsReports { get; init; }

    /// <summary>Limits of some destinations; the first that matches holds. At most 1000. Default: none, so that all have the defaults.</summary>
    public ImmutableArray<DestinationLimits> Destinations { get; init; } = [];

    /// <summary>Connections to all destinations together, 1 to 100,000. Default 1000.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>What replies lead to besides what their codes say: at most 1000 of the operator's own, then those that come with the program.</summary>
    public ImmutableArray<ReplyPattern> ReplyPatterns { get; init; } = [];
}
