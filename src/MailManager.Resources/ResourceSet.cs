using System.Collections.Immutable;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Identities;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.IpSets;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
using MailManager.Resources.RuleTests;
using MailManager.Resources.Secrets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Resources;

/// <summary>All resources in force at one moment, validated together: every name that one of them uses exists. Immutable.</summary>
public sealed record ResourceSet
{
    public required IdentitySet Identities { get; init; }

    public required ImmutableArray<Secret> Secrets { get; init; }

    public required ImmutableArray<TrafficPolicy> TrafficPolicies { get; init; }

    public required ImmutableArray<RuleSet> RuleSets { get; init; }

    public required ImmutableArray<Relay> Relays { get; init; }

    public required ImmutableArray<IngressPoint> IngressPoints { get; init; }

    /// <summary>Those that are defined, not those that are built in.</summary>
    public ImmutableArray<IpSet> IpSets { get; init; } = [];

    public ImmutableArray<AddressList> AddressLists { get; init; } = [];

    /// <summary>What is to be decided about certain messages.</summary>
    public ImmutableArray<RuleTest> Tests { get; init; } = [];
}
