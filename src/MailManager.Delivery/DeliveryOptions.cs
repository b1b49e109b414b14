using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Egress;
using MailManager.Delivery.Shaping;
using MailManager.Delivery.TlsReports;
using MailManager.Queue;
using MailManager.Smtp.Client;

namespace MailManager.Delivery;

/// <summary>Settings of delivery, fixed while the process runs.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Our name: in EHLO, and as reporting MTA of notifications.</summary>
    public required string Hostname { get; init; }

    /// <summary>Delays after the first, second... failed attempt; the last one repeats. At least one.</summary>
    public ImmutableArray<TimeSpan> RetrySchedule { get; init; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)];

    /// <summary>How long a notification made here is tried. Default 4 days; RFC 5321 §4.5.4.1 wants 4 to 5.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(4);

    /// <summary>Limits of some destinations; the first that matches holds.</summary>
    public ImmutableArray<DestinationLimits> Destinations { get; init; } = [];

    /// <summary>Limits of each relay and mail domain that none of <see cref="Destinations"/> matches.</summary>
    public DestinationLimits DefaultLimits { get; init; } = new();

    /// <summary>What rules, relays and destinations may have mail leave from.</summary>
    public EgressPools Egress { get; init; } = EgressPools.None;

    /// <summary>Time without attempts after a first failed connection to a destination; doubles with each further one. Default 5 s.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest such time. Default 5 min.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Name of the relay through which notifications leave; null: straight to the MX of the sender's domain.</summary>
    public string? DsnRelay { get; init; }

    /// <summary>Age at which the sender of a deferred message is told once, if NOTIFY=DELAY asked for it (RFC 3461 §4.1). Default 4 h.</summary>
    public TimeSpan DelayNotice { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The same for senders who asked for nothing, where RFC 3461 leaves the choice; null, the default: they are not told.</summary>
    public TimeSpan? UnaskedDelayNotice { get; init; }

    /// <summary>Most notifications to one address. Default 20 in an hour.</summary>
    public RateLimit NotificationRate { get; init; } = new(20, TimeSpan.FromHours(1));

    /// <summary>Most notifications in all. Default 10,000 in an hour.</summary>
    public RateLimit TotalNotificationRate { get; init; } = new(10_000, TimeSpan.FromHours(1));

    /// <summary>
    /// Where this process listens for SMTP, asked at each new connection: what leads there is not connected to, for mail would loop. The address of
    /// a listener on all interfaces is <c>0.0.0.0</c> or <c>::</c>.
    /// </summary>
    public Func<IEnumerable<IPEndPoint>> Listeners { get; init; } = static () => [];

    public SmtpClientTimeouts Timeouts { get; init; } = new();

    /// <summary>Roots that certificates of relays, mail hosts and policy hosts are checked against; null: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    public MxOptions Mx { get; init; } = new();

    /// <summary>Where names are looked up, shared by all that deliver; null: a resolver made from <see cref="Mx"/>.</summary>
    public IDns? Dns { get; init; }

    /// <summary>MTA-STS (RFC 8461) for delivery by MX; null: policies are not asked for.</summary>
    public MtaStsOptions? MtaSts { get; init; }

    /// <summary>Reports of TLS to the domains that want them (RFC 8460); null: none are made.</summary>
    public TlsReportOptions? TlsReports { get; init; }

    /// <summary>What replies lead to besides what their codes say; the first that fits counts.</summary>
    public ImmutableArray<ReplyPattern> ReplyPatterns { get; init; } = [];

    /// <summary>Connections to all destinations together, at least 1. Default 1000, which leaves room for those that come in.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>The limits in force for a destination.</summary>
    internal DestinationLimits LimitsFor(string destination)
    {
        foreach (var limits in Destinations)
        {
            foreach (var pattern in limits.Match)
            {
                if (pattern.Covers(destination))
                {
                    return limits;
                }
            }
        }

        return DefaultLimits;
    }

    /// <summary>When the delivery is given up.</summary>
    internal DateTimeOffset ExpiryOf(QueuedDelivery delivery) =>
        LimitsFor(delivery.Instructions.Destination).Expiry is { } own ? delivery.ReceivedAt + own : delivery.ExpiresAt;

    /// <summary>The delays between the attempts at a destination.</summary>
    internal ImmutableArray<TimeSpan> RetryScheduleFor(string destination) =>
        LimitsFor(destination) is { RetrySchedule: { IsEmpty: false } own } ? own : RetrySchedule;
}

/// <summary>How policies of MTA-STS are fetched and kept.</summary>
public sealed record MtaStsOptions
{
    /// <summary>Where they are kept, made if it is not there. For one process.</summary>
    public required string Directory { get; init; }

    /// <summary>Of policy hosts. Default 443.</summary>
    public int Port { get; init; } = 443;
}

/// <summary>How mail domains' servers are found and reached.</summary>
public sealed record MxOptions
{
    /// <summary>Empty: the system's.</summary>
    public ImmutableArray<IPEndPoint> NameServers { get; init; } = [];

    /// <summary>Default 25.</summary>
    public int Port { get; init; } = 25;

    /// <summary>Deliver to private, loopback and link-local addresses too, which a domain's owner could otherwise point us at. Default false.</summary>
    public bool AllowPrivateTargets { get; init; }

    /// <summary>
    /// Believe the name servers when they say that they have validated an answer (the AD bit), which DANE builds on. Only for validating resolvers on
    /// this machine, or reached over a path that nobody else can write to (RFC 4035 §4.9.3). Default false.
    /// </summary>
    public bool TrustAuthenticatedData { get; init; }

    /// <summary>For one DNS query, each try. Default 5 s.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
