using System.Collections.Immutable;
using System.Net;
using MailManager.Resources.Tags;

namespace MailManager.Resources.IngressPoints;

/// <summary>Where mail comes in (API: <c>CreateIngressPoint</c>).</summary>
public sealed record IngressPoint
{
    /// <summary>3 to 63 characters of <c>[A-Za-z0-9_-]</c>.</summary>
    public required string IngressPointName { get; init; }

    public required IngressPointType Type { get; init; }

    /// <summary>Name or id of the rule set.</summary>
    public required string RuleSetId { get; init; }

    /// <summary>Name or id of the traffic policy.</summary>
    public required string TrafficPolicyId { get; init; }

    /// <summary>Default REQUIRED, as the API's outside of FIPS regions.</summary>
    public TlsPolicy TlsPolicy { get; init; } = TlsPolicy.Required;

    /// <summary>Null when not given: the listeners alone say what is reachable.</summary>
    public IngressIpType? IpType { get; init; }

    /// <summary>Beyond the API: the addresses to bind; port 0 lets the system choose.</summary>
    public required ImmutableArray<IPEndPoint> Listeners { get; init; }

    /// <summary>0 to 200, without effect on mail.</summary>
    public ImmutableArray<ResourceTag> Tags { get; init; } = [];
}

/// <summary>API: <c>IngressPointType</c>.</summary>
public enum IngressPointType
{
    Open,
    Auth,
    Mtls,
}

/// <summary>API: <c>TlsPolicy</c>.</summary>
public enum TlsPolicy
{
    Required,
    Optional,
    Fips,
}

/// <summary>API: <c>IpType</c> of <c>NetworkConfiguration.PublicNetworkConfiguration</c>.</summary>
public enum IngressIpType
{
    /// <summary>No listener has an IPv6 address.</summary>
    Ipv4,

    DualStack,
}
