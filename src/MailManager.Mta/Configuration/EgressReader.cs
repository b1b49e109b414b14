using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Egress;
using MailManager.Resources;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>Delivery.EgressSources</c> and <c>Delivery.EgressPools</c>.</summary>
internal sealed class EgressReader
{
    private const int MaximumEntries = 1000;
    private const int MaximumMembers = 1000;
    private const int MaximumWeight = 65535;

    /// <summary>By name; null: it has errors of its own, which are enough.</summary>
    private readonly Dictionary<string, EgressSource?> _sources = new(StringComparer.Ordinal);

    private EgressReader()
    {
    }

    /// <param name="map"><c>Delivery</c>.</param>
    public static EgressPools Read(MapReader map)
    {
        var reader = new EgressReader();
        var sources = map.Items("EgressSources", 1, MaximumEntries, reader.ReadSource);
        var pools = map.Items("EgressPools", 1, MaximumEntries, reader.ReadPool);
        var names = sources.Select(source => source.Name).Concat(pools.Select(pool => pool.Name)).ToArray();

        // A name that is given twice is found with the other names of the file, and ends the reading of it.
        return map.Failed || names.Distinct(StringComparer.Ordinal).Count() < names.Length ? EgressPools.None : new EgressPools(sources, pools);
    }

    private EgressSource? ReadSource(DocumentValue value)
    {
        if (value.Map(["Name", "Address", "Addresses", "Hostname"]) is not { } map)
        {
            return null;
        }

        var name = ReadName(map);
        var addresses = ReadAddresses(map);
        var hostname = map.Optional("Hostname") is { } hostnameValue ? ReadHostname(hostnameValue) : null;
        var source = map.Failed ? null : new EgressSource
        {
            Name = name!,
            IPv4 = addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork),
            IPv6 = addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetworkV6),
            Hostname = hostname,
        };
        if (name is not null)
        {
            _sources[name] = source;
        }

        return source;
    }

    /// <summary>Sources and pools share their names, so that a source may stand where a pool may.</summary>
    private static string? ReadName(MapReader map)
    {
        var value = map.Required("Name");
        var name = value?.Text(EgressName.Rule);
        if (name is not null)
        {
            map.Value.Context.Declare(ResourceKind.EgressPool, name, value!);
        }

        return name;
    }

    private static ImmutableArray<IPAddress> ReadAddresses(MapReader map)
    {
        if (map.Given.Contains("Address") == map.Given.Contains("Addresses"))
        {
            map.Value.Error("must have either Address or Addresses");
            return [];
        }

        if (map.Optional("Address") is { } one)
        {
            return ReadAddress(one) is { } address ? [address] : [];
        }

        var addresses = map.Items("Addresses", 1, 2, ReadAddress);
        if (addresses is [var first, var second] && first.AddressFamily == second.AddressFamily)
        {
            map.Optional("Addresses")!.Error("has two addresses of one kind; one IPv4 and one IPv6 address can be given, for others make further sources");
        }

        return addresses;
    }

    private static IPAddress? ReadAddress(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (AddressRange.ParseAddress(text) is not { } address)
        {
            value.Error($"{DisplayText.Quote(text)} is not an address such as 192.0.2.1 or 2001:db8::1");
            return null;
        }

        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            value.Error($"{address} is no address that mail can leave from");
            return null;
        }

        return address;
    }

    private static string? ReadHostname(DocumentValue value)
    {
        var name = value.PlainText();
        if (name is null || DomainName.ProblemWith(name) is not { } problem)
        {
            return name;
        }

        value.Error(problem);
        return null;
    }

    private EgressPool? ReadPool(DocumentValue value)
    {
        if (value.Map(["Name", "Sources"]) is not { } map)
        {
            return null;
        }

        var name = ReadName(map);
        var members = map.RequiredItems("Sources", 1, MaximumMembers, ReadMember);
        foreach (var twice in members.GroupBy(member => member.Source.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            map.Optional("Sources")!.Error($"has the source '{twice.Key}' more than once; give it a Weight");
        }

        return map.Failed ? null : new EgressPool(name!, members);
    }

    private EgressPoolMember? ReadMember(DocumentValue value)
    {
        if (value.Map(["Source", "Weight"]) is not { } map)
        {
            return null;
        }

        var sourceValue = map.Required("Source");
        var name = sourceValue?.Text(EgressName.Rule);
        EgressSource? source = null;
        if (name is not null && !_sources.TryGetValue(name, out source))
        {
            sourceValue!.Error($"no egress source is named {DisplayText.Quote(name)}");
        }

        var weight = map.Integer("Weight", 1, MaximumWeight, otherwise: 1);
        return map.Failed || source is null ? null : new EgressPoolMember(source, weight);
    }
}
