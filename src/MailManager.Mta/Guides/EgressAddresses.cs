using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using MailManager.Delivery.Egress;
using MailManager.Delivery.Routing;

namespace MailManager.Mta.Guides;

/// <summary>Where mail of this machine comes from, in the eyes of the world.</summary>
internal static class EgressAddresses
{
    /// <summary>As configured; else the public ones of the egress sources; without any, those of the machine's addresses that are public; else none.</summary>
    public static ImmutableArray<string> Find(ImmutableArray<IPNetwork> configured, IEnumerable<EgressSource> sources, IEnumerable<IPAddress> own)
    {
        if (!configured.IsEmpty)
        {
            return [.. configured.Select(Show)];
        }

        var bound = Public(sources.SelectMany(source => source.Addresses));
        return bound.IsEmpty ? Public(own) : bound;
    }

    /// <summary>Addresses of the interfaces that are up.</summary>
    public static IEnumerable<IPAddress> OfThisMachine() =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus == OperationalStatus.Up
        from address in network.GetIPProperties().UnicastAddresses
        select address.Address;

    private static ImmutableArray<string> Public(IEnumerable<IPAddress> addresses) =>
        [.. addresses.Where(TargetGuard.IsPublic).Select(address => new IPAddress(address.GetAddressBytes()).ToString()).Distinct().Order(StringComparer.Ordinal)];

    private static string Show(IPNetwork network) =>
        network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8 ? network.BaseAddress.ToString() : network.ToString();
}
