using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using MailManager.Delivery.Routing;

namespace MailManager.Mta.Guides;

/// <summary>Where mail of this machine comes from, in the eyes of the world.</summary>
internal static class EgressAddresses
{
    /// <summary>As configured; else those of the machine's addresses that are public; else none.</summary>
    public static ImmutableArray<string> Find(ImmutableArray<IPNetwork> configured, IEnumerable<IPAddress> own) => configured.IsEmpty
        ? [.. own.Where(TargetGuard.IsPublic).Select(address => new IPAddress(address.GetAddressBytes()).ToString()).Distinct().Order(StringComparer.Ordinal)]
        : [.. configured.Select(Show)];

    /// <summary>Addresses of the interfaces that are up.</summary>
    public static IEnumerable<IPAddress> OfThisMachine() =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus == OperationalStatus.Up
        from address in network.GetIPProperties().UnicastAddresses
        select address.Address;

    private static string Show(IPNetwork network) =>
        network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8 ? network.BaseAddress.ToString() : network.ToString();
}
