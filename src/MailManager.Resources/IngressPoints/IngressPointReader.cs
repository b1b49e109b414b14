using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Tags;

namespace MailManager.Resources.IngressPoints;

/// <summary>Reads an <see cref="IngressPoint"/> in the shape of <c>CreateIngressPoint</c>, with <c>Listeners</c> added.</summary>
public static class IngressPointReader
{
    internal static readonly TextRule Name = new(3, 63, "[A-Za-z0-9_-]+");
    internal static readonly TextRule NameOrId = new(1, 100);

    private static readonly ImmutableArray<string> Keys =
    [
        "IngressPointName", "Type", "RuleSetId", "TrafficPolicyId", "IngressPointConfiguration", "NetworkConfiguration", "TlsPolicy",
        "Listeners", "Tags",
    ];

    /// <summary>
    /// Null when there are errors, which the value's context then holds. What this release cannot do as asked is one of them: an
    /// ingress point that should ask for a password or a certificate must not open without.
    /// </summary>
    public static IngressPoint? Read(DocumentValue value)
    {
        if (value.Map(Keys) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("IngressPointName");
        var name = nameValue?.Text(Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.IngressPoint, name, nameValue!);
        }

        var type = ReadType(map);
        var ruleSet = ReadReference(map, "RuleSetId", ResourceKind.RuleSet);
        var policy = ReadReference(map, "TrafficPolicyId", ResourceKind.TrafficPolicy);
        IngressPointConfigurationReader.Check(map, type);
        var ipType = map.Optional("NetworkConfiguration") is { } network ? ReadNetwork(network) : null;
        var tlsPolicy = ReadTlsPolicy(map);
        var listeners = ReadListeners(map, ipType);
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new IngressPoint
        {
            IngressPointName = name!,
            Type = type!.Value,
            RuleSetId = ruleSet!,
            TrafficPolicyId = policy!,
            TlsPolicy = tlsPolicy ?? TlsPolicy.Required,
            IpType = ipType,
            Authentication = new IngressAuthentication.None(),
            Listeners = listeners,
            Tags = tags,
        };
    }

    private static IngressPointType? ReadType(MapReader map)
    {
        var value = map.Required("Type");
        var type = value?.Word(IngressPointWords.Type);
        if (type is IngressPointType.Auth or IngressPointType.Mtls)
        {
            var missing = type == IngressPointType.Auth ? "passwords" : "client certificates";
            var word = IngressPointWords.Type.WordOf(type.Value);
            value!.Error($"{word} is not supported yet: this release cannot ask for {missing}; use OPEN");
        }

        return type;
    }

    private static TlsPolicy? ReadTlsPolicy(MapReader map)
    {
        var value = map.Optional("TlsPolicy");
        var policy = value?.Word(IngressPointWords.TlsPolicy);
        if (policy == TlsPolicy.Fips)
        {
            value!.Error("FIPS is not supported: this build has no validated cryptographic module; use REQUIRED or OPTIONAL");
        }

        return policy;
    }

    private static string? ReadReference(MapReader map, string key, ResourceKind kind)
    {
        var value = map.Required(key);
        var name = value?.Text(NameOrId);
        if (name is not null)
        {
            map.Value.Context.Refer(kind, name, value!);
        }

        return name;
    }

    private static IngressIpType? ReadNetwork(DocumentValue value)
    {
        if (value.Union(["PublicNetworkConfiguration", "PrivateNetworkConfiguration"]) is not { } member)
        {
            return null;
        }

        if (member.Key == "PrivateNetworkConfiguration")
        {
            value.Error("PrivateNetworkConfiguration is not supported: there are no VPC endpoints here; Listeners says what is reachable");
            return null;
        }

        return member.Value.Map(["IpType"])?.Word("IpType", IngressPointWords.IpType);
    }

    private static ImmutableArray<ListenerSettings> ReadListeners(MapReader map, IngressIpType? ipType) =>
        map.RequiredItems("Listeners", 1, int.MaxValue, item =>
        {
            var listener = ListenerAddress.Read(item);
            if (listener is { AddressFamily: AddressFamily.InterNetworkV6 } && ipType == IngressIpType.Ipv4)
            {
                item.Error($"{listener} is an IPv6 address, but IpType is IPV4; use DUAL_STACK");
            }

            if (listener is not null)
            {
                item.Context.Listen(listener, item);
            }

            return listener is null ? null : new ListenerSettings { Address = listener };
        });
}
