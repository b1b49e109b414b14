using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Secrets;
using MailManager.Resources.Tags;

namespace MailManager.Resources.IngressPoints;

/// <summary>Reads an <see cref="IngressPoint"/> in the shape of <c>CreateIngressPoint</c>, with <c>Listeners</c>, <c>Credentials</c>, <c>Limits</c> and <c>Protection</c> added.</summary>
public static class IngressPointReader
{
    internal static readonly TextRule Name = new(3, 63, "[A-Za-z0-9_-]+");
    internal static readonly TextRule NameOrId = new(1, 100);

    private static readonly ImmutableArray<string> Keys =
    [
        "IngressPointName", "Type", "RuleSetId", "TrafficPolicyId", "IngressPointConfiguration", "NetworkConfiguration", "TlsPolicy",
        "Credentials", "Listeners", "Limits", "Protection", "Tags",
    ];

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="value">Holds it.</param>
    /// <param name="substitution">For passwords and certificates; null when values stand for themselves, as in a request.</param>
    public static IngressPoint? Read(DocumentValue value, SecretSubstitution? substitution)
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

        var type = map.Word("Type", IngressPointWords.Type);
        var ruleSet = ReadReference(map, "RuleSetId", ResourceKind.RuleSet);
        var policy = ReadReference(map, "TrafficPolicyId", ResourceKind.TrafficPolicy);
        var authentication = IngressPointConfigurationReader.Read(map, type, substitution);
        var credentials = IngressPasswordReader.ReadCredentials(map, type, name, substitution);
        var ipType = map.Optional("NetworkConfiguration") is { } network ? ReadNetwork(network) : null;
        var tlsPolicy = ReadTlsPolicy(map, type);
        var listeners = ListenerReader.Read(map, ipType);
        var limits = SessionLimitsReader.Read(map.Optional("Limits"));
        var protection = ProtectionReader.Read(map.Optional("Protection"));
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new IngressPoint
        {
            IngressPointName = name!,
            Type = type!.Value,
            RuleSetId = ruleSet!,
            TrafficPolicyId = policy!,
            TlsPolicy = tlsPolicy ?? TlsPolicy.Required,
            IpType = ipType,
            Authentication = authentication!,
            Credentials = credentials,
            Listeners = listeners,
            Limits = limits,
            Protection = protection,
            Tags = tags,
        };
    }

    private static TlsPolicy? ReadTlsPolicy(MapReader map, IngressPointType? type)
    {
        var value = map.Optional("TlsPolicy");
        var policy = value?.Word(IngressPointWords.TlsPolicy);
        if (policy == TlsPolicy.Optional && type == IngressPointType.Mtls)
        {
            value!.Error("OPTIONAL does not fit MTLS: without TLS there is no certificate; use REQUIRED or FIPS");
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
}
