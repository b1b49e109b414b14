using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;

namespace MailManager.Resources.Relays;

/// <summary>
/// Reads <c>ServerName</c> of a relay: a host name or IPv4 address, as in the API; beyond it an IPv6 address, <c>mx:domain</c>, or a list of
/// servers, each as text or as a map with a port and a weight of its own.
/// </summary>
internal static class RelayServerReader
{
    /// <summary>Servers of one relay. A delivery tries six addresses at most.</summary>
    private const int MaxServers = 20;

    private const int MaxWeight = 65535;
    private const int MaxPort = 65535;
    /// <summary>In front of a domain whose MX lead to the servers.</summary>
    public const string MxPrefix = "mx:";


    /// <summary>The API's rule for host names and IPv4 addresses.</summary>
    public static readonly TextRule Name = new(1, 100, "[a-zA-Z0-9.-]+");

    /// <param name="map">Of the relay.</param>
    public static ImmutableArray<RelayServer> Read(MapReader map)
    {
        var value = map.Required("ServerName");
        if (value?.Node is not ListNode)
        {
            var name = value is null ? null : ReadName(value, allowsMx: true);
            var port = map.Required("ServerPort")?.Integer(1, MaxPort);
            return name is not null && port is not null ? [name with { Port = port.Value }] : [];
        }

        var common = map.Optional("ServerPort")?.Integer(1, MaxPort);
        var hasCommon = map.Given.Contains("ServerPort");
        return value.List(1, MaxServers) is { } items ? [.. items.Select(item => ReadItem(item, common, hasCommon)).OfType<RelayServer>()] : [];
    }

    private static RelayServer? ReadItem(DocumentValue item, int? commonPort, bool hasCommonPort)
    {
        if (item.Node is not MapNode)
        {
            return WithPort(item, ReadName(item, allowsMx: false), commonPort, hasCommonPort);
        }

        if (item.Map(["ServerName", "ServerPort", "Weight"]) is not { } map)
        {
            return null;
        }

        var server = map.Required("ServerName") is { } name ? ReadName(name, allowsMx: false) : null;
        var weight = map.Optional("Weight")?.Integer(1, MaxWeight);
        var port = map.Optional("ServerPort") is { } ownPort ? ownPort.Integer(1, MaxPort) : commonPort;
        return WithPort(item, server is null ? null : server with { Weight = weight }, port, hasCommonPort || map.Given.Contains("ServerPort"));
    }

    private static RelayServer? WithPort(DocumentValue at, RelayServer? server, int? port, bool isGiven)
    {
        if (!isGiven)
        {
            at.Error("has no port: give ServerPort here, or one for all beside the list");
        }

        return server is not null && port is not null ? server with { Port = port.Value } : null;
    }

    /// <summary>Without a port yet. Stricter than the API's pattern, which takes <c>10.0.0.256</c> and <c>..</c>.</summary>
    private static RelayServer? ReadName(DocumentValue value, bool allowsMx)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (text.StartsWith(MxPrefix, StringComparison.Ordinal))
        {
            return ReadMx(value, text[MxPrefix.Length..], allowsMx);
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            var address = AddressRange.ParseAddress(text is ['[', .. var inner, ']'] ? inner : text);
            if (address is { AddressFamily: AddressFamily.InterNetworkV6 })
            {
                return new RelayServer(address.ToString(), 0);
            }

            value.Error($"{DisplayText.Quote(text)} is not an IPv6 address");
            return null;
        }

        var name = value.Text(Name);
        if (name is null || AddressRange.ParseAddress(name) is not null || DomainName.ProblemWith(name) is null)
        {
            return name is null ? null : new RelayServer(name, 0);
        }

        value.Error($"{DisplayText.Quote(name)} is neither a host name nor an IP address");
        return null;
    }

    private static RelayServer? ReadMx(DocumentValue value, string domain, bool isAllowed)
    {
        var problem = isAllowed
            ? DomainName.ProblemWith(domain)
            : $"{DisplayText.Quote(MxPrefix + domain)} cannot stand in a list: the MX of a domain are a list already";
        if (problem is null)
        {
            return new RelayServer(domain, 0) { IsMxDomain = true };
        }

        value.Error(problem);
        return null;
    }
}
