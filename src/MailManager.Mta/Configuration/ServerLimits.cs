using System.Collections.Immutable;
using System.Net;

namespace MailManager.Mta.Configuration;

/// <summary>Limits of the whole server: <c>Node.Limits</c>. The defaults are this project's choice where nothing else is said.</summary>
public sealed record ServerLimits
{
    private static readonly ImmutableArray<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>Sessions at a time, 1 to 1,000,000; beyond: 421 4.3.2 at connect. Default 20,000.</summary>
    public int Sessions { get; init; } = 20_000;

    /// <summary>Sessions at a time of one address (IPv6: /64), 1 to 1,000,000; beyond: 421 4.7.0 at connect. Default 100.</summary>
    public int SessionsPerAddress { get; init; } = 100;

    /// <summary>
    /// Sessions at a time of one network, IPv4 /24 or IPv6 /48, 1 to 1,000,000; beyond: 421 4.7.0 at connect. Default 400.
    /// </summary>
    public int SessionsPerNetwork { get; init; } = 400;

    /// <summary>
    /// New connections a minute of one address (IPv6: /64), 0 (no limit) to 10,000,000; beyond: 421 4.7.0 at connect. Default 600.
    /// </summary>
    public int ConnectionsPerMinute { get; init; } = 600;

    /// <summary>RCPT commands a minute of one address (IPv6: /64), 0 (no limit) to 10,000,000; beyond: 452 4.5.3. Default 6000.</summary>
    public int RecipientsPerMinute { get; init; } = 6000;

    /// <summary>
    /// Messages that are being received or stored at a time, 1 to 1,000,000; beyond: 421 4.3.2 at connect, 451 4.3.2 at MAIL.
    /// Default 5000.
    /// </summary>
    public int MessagesInFlight { get; init; } = 5000;

    /// <summary>
    /// Octets that messages being received may hold, 1 MiB to 1 TiB; beyond: 421 4.3.2 at connect, 451 4.3.2 at MAIL. Null, the
    /// default: a quarter of the memory that the process may use.
    /// </summary>
    public long? Memory { get; init; }

    /// <summary>
    /// Clients to which the limits per address and per network do not apply. At most 1,000. Default: 127.0.0.0/8 and ::1/128, since
    /// whoever is on this machine can do more harm than that.
    /// </summary>
    public ImmutableArray<IPNetwork> Exempt { get; init; } = Loopback;
}
