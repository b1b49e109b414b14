using System.Collections.Frozen;
using MailManager.Resources.Identities;
using MailManager.Rules.Sets;

namespace MailManager.Rules;

/// <summary>What policies and rule sets refer to besides themselves. Immutable; the named sets in it may change their content.</summary>
public sealed record RuleEnvironment
{
    /// <summary>Nothing: no set, no list, no relay, no identity.</summary>
    public static RuleEnvironment Empty { get; } = new() { Identities = new IdentitySet([]) };

    /// <summary>What is relayed for, and what mail may be sent as.</summary>
    public required IdentitySet Identities { get; init; }

    /// <summary>Names of the relays that exist.</summary>
    public IReadOnlySet<string> Relays { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Names of those that are given an address of this server for the reverse-path where a rule does not say.</summary>
    public IReadOnlySet<string> RelaysReplacingMailFrom { get; init; } = FrozenSet<string>.Empty;

    /// <summary>There is a domain for reverse-paths that stand in for others.</summary>
    public bool CanReplaceMailFrom { get; init; }

    /// <summary>By name, those that are built in included.</summary>
    public IReadOnlyDictionary<string, NamedIpSet> IpSets { get; init; } = FrozenDictionary<string, NamedIpSet>.Empty;

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, NamedAddressList> AddressLists { get; init; } = FrozenDictionary<string, NamedAddressList>.Empty;
}
