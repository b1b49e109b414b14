using System.Net;
using System.Net.Sockets;

namespace MailManager.Delivery.Egress;

/// <summary>What mail leaves from: an address of this machine, or one of each family, and the name that goes with it. Immutable.</summary>
public sealed record EgressSource
{
    /// <summary>Unique among sources and pools.</summary>
    public required string Name { get; init; }

    /// <summary>Connections to IPv4 addresses are bound to it; null: there are none from this source.</summary>
    public IPAddress? IPv4 { get; init; }

    /// <summary>The same for IPv6.</summary>
    public IPAddress? IPv6 { get; init; }

    /// <summary>Our name in EHLO, which the reverse lookup of the addresses should give (RFC 5321 §4.1.4); null: that of the server.</summary>
    public string? Hostname { get; init; }

    /// <summary>The addresses, IPv4 first.</summary>
    public IEnumerable<IPAddress> Addresses => ((IPAddress?[])[IPv4, IPv6]).OfType<IPAddress>();

    /// <summary>What to bind to for a connection to an address of that family; null: none can be made from this source.</summary>
    public IPAddress? AddressFor(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => IPv4,
        AddressFamily.InterNetworkV6 => IPv6,
        _ => null,
    };
}
