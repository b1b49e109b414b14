using System.Collections.Immutable;
using System.Net;

namespace MailManager.Smtp.Limits;

/// <summary>Limits of a server as a whole, all its listeners together. A client of IPv6 is its /64.</summary>
public sealed record SessionGovernorOptions
{
    /// <summary>Open sessions; beyond: 421 4.3.2 at connect. Default 20,000.</summary>
    public int Sessions { get; init; } = 20_000;

    /// <summary>Open sessions of one client; beyond: 421 4.7.0 at connect. Default 100.</summary>
    public int SessionsPerAddress { get; init; } = 100;

    /// <summary>Open sessions of one network, IPv4 /24 or IPv6 /48; beyond: 421 4.7.0 at connect. Default 400.</summary>
    public int SessionsPerNetwork { get; init; } = 400;

    /// <summary>Connections of one client in a minute, also those that were refused by another limit; beyond: 421 4.7.0. Default 600; 0: no limit.</summary>
    public int ConnectionsPerMinute { get; init; } = 600;

    /// <summary>RCPT commands of one client in a minute; beyond: 452 4.5.3. Default 6000; 0: no limit.</summary>
    public int RecipientsPerMinute { get; init; } = 6000;

    /// <summary>Messages from MAIL until they are stored or given up; beyond: 421 4.3.2 at connect, 451 4.3.2 at MAIL. Default 5000.</summary>
    public int MessagesInFlight { get; init; } = 5000;

    /// <summary>
    /// Octets of memory that messages being received hold; beyond: 421 4.3.2 at connect, 451 4.3.2 at MAIL. Default: a quarter of what the
    /// process may use.
    /// </summary>
    public long Memory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Clients to which the limits per client and per network do not apply. Default: none.</summary>
    public ImmutableArray<IPNetwork> Exempt { get; init; } = [];
}
