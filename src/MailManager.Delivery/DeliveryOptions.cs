using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
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

    /// <summary>Connections to one relay, or one mail domain, at a time. Default 20, as Postfix.</summary>
    public int MaxConnectionsPerRelay { get; init; } = 20;

    /// <summary>How long a connection without work is kept. Default 10 s: shorter than any server's patience, long enough for the next burst.</summary>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time without attempts after a first failed connection to a destination; doubles with each further one. Default 5 s.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest such time. Default 5 min.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Name of the relay through which notifications leave; null: straight to the MX of the sender's domain.</summary>
    public string? DsnRelay { get; init; }

    /// <summary>Age at which the sender of a deferred message is told once, if NOTIFY=DELAY asked for it (RFC 3461 §4.1). Default 4 h.</summary>
    public TimeSpan DelayNotice { get; init; } = TimeSpan.FromHours(4);

    /// <summary>
    /// Where this process listens for SMTP, asked at each new connection: what leads there is not connected to, for mail would loop. The address of
    /// a listener on all interfaces is <c>0.0.0.0</c> or <c>::</c>.
    /// </summary>
    public Func<IEnumerable<IPEndPoint>> Listeners { get; init; } = static () => [];

    public SmtpClientTimeouts Timeouts { get; init; } = new();

    /// <summary>Roots that relays' certificates are checked against; null: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    public MxOptions Mx { get; init; } = new();
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

    /// <summary>For one DNS query, each try. Default 5 s.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
