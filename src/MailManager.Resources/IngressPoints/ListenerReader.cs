using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.IngressPoints;

/// <summary>Reads <c>Listeners</c>: each an address, or a map that says more.</summary>
internal static class ListenerReader
{
    private const int SmtpPort = 25;

    /// <param name="ingressPoint">Holds them.</param>
    /// <param name="ipType">With IPv4, IPv6 addresses are errors.</param>
    public static ImmutableArray<ListenerSettings> Read(MapReader ingressPoint, IngressIpType? ipType) =>
        ingressPoint.RequiredItems("Listeners", 1, int.MaxValue, item => item.Node switch
        {
            MapNode => ReadMap(item, ipType),
            ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Text } =>
                ReadAddress(item, ipType) is { } address ? new ListenerSettings { Address = address } : null,
            _ => NotAListener(item),
        });

    private static ListenerSettings? ReadMap(DocumentValue value, IngressIpType? ipType)
    {
        if (value.Map(["Address", "Tls", "Protocol", "ProxyFrom", "XClientFrom"]) is not { } map)
        {
            return null;
        }

        var address = map.Required("Address") is { } addressValue ? ReadAddress(addressValue, ipType) : null;
        var tls = map.OptionalWord("Tls", IngressPointWords.ListenerTls) ?? ListenerTls.StartTls;
        var protocolValue = map.Optional("Protocol");
        var protocol = protocolValue?.Word(IngressPointWords.ListenerProtocol) ?? ListenerProtocol.Smtp;
        if (protocol == ListenerProtocol.Lmtp && address?.Port == SmtpPort)
        {
            protocolValue!.Error("LMTP must not be spoken on port 25 (RFC 2033 §5)");
        }

        var proxies = NetworkReader.Optional(map, "ProxyFrom", []);
        var xclients = NetworkReader.Optional(map, "XClientFrom", []);
        return map.Failed ? null : new ListenerSettings
        {
            Address = address!,
            Tls = tls,
            Protocol = protocol,
            ProxyFrom = proxies,
            XClientFrom = xclients,
        };
    }

    private static IPEndPoint? ReadAddress(DocumentValue value, IngressIpType? ipType)
    {
        var address = ListenerAddress.Read(value);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6 } && ipType == IngressIpType.Ipv4)
        {
            value.Error($"{address} is an IPv6 address, but IpType is IPV4; use DUAL_STACK");
        }

        if (address is not null)
        {
            value.Context.Listen(address, value);
        }

        return address;
    }

    private static ListenerSettings? NotAListener(DocumentValue value)
    {
        value.Error($"must be an IP address and a port, such as 127.0.0.1:25 or [::1]:25, or a map; not {value.Kind}");
        return null;
    }
}
