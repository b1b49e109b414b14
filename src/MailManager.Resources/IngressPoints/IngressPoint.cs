using System.Collections.Immutable;
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

    /// <summary>What <see cref="Type"/> demands: nothing, a password or a client's certificate.</summary>
    public required IngressAuthentication Authentication { get; init; }

    /// <summary>Beyond the API: further user names, at most 1,000; none unless the type is AUTH.</summary>
    public ImmutableArray<IngressCredential> Credentials { get; init; } = [];

    /// <summary>Beyond the API: where it is reachable, and how; at least one.</summary>
    public required ImmutableArray<ListenerSettings> Listeners { get; init; }

    /// <summary>Beyond the API: limits of each session here.</summary>
    public SessionLimits Limits { get; init; } = new();

    /// <summary>Beyond the API; all off by default.</summary>
    public ProtectionSettings Protection { get; init; } = new();

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
