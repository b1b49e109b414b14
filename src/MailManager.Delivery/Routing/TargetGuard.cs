using System.Net;
using System.Net.Sockets;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Which addresses a mail domain may send us to. Whoever owns a domain chooses them, so those that only mean something inside our own
/// network are refused (RFC 6890 special-purpose registries).
/// </summary>
public static class TargetGuard
{
    private static readonly IPNetwork[] Refused = Array.ConvertAll(
        (string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8",
        ],
        IPNetwork.Parse);

    // NAT64, 6to4 and IPv4-compatible addresses lead to the IPv4 address inside of them.
    private static readonly (IPNetwork Network, int Offset)[] Embedding =
        [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2), (IPNetwork.Parse("::/96"), 12)];

    /// <summary>The address means the same machine everywhere.</summary>
    public static bool IsPublic(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (Array.Exists(Refused, network => network.Contains(address)))
        {
            return false;
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return true;
        }

        var octets = address.GetAddressBytes();
        return Array.TrueForAll(Embedding, entry =>
            !entry.Network.Contains(address) || IsPublic(new IPAddress(octets.AsSpan(entry.Offset, 4))));
    }
}
