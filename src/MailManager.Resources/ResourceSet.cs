using System.Collections.Immutable;
using MailManager.Resources.Identities;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
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
}
