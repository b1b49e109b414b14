using MailManager.Resources.Identities;
using MailManager.Resources.IngressPoints;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Intake;

/// <summary>What an ingress point decides by at one moment. Immutable; read once a transaction, so that a change never falls into the middle of one.</summary>
internal sealed record IngressRuntime
{
    /// <summary>Largest message where the policy sets no limit, in octets: 40 MiB, the ceiling of the service this product follows.</summary>
    public const int DefaultMaxMessageSize = 40 * 1024 * 1024;

    public required string IngressPointName { get; init; }

    public required CompiledTrafficPolicy Policy { get; init; }

    public required CompiledRuleSet RuleSet { get; init; }

    public required IdentitySet Identities { get; init; }

    public HeaderLimits Limits { get; init; } = new();

    public ProtectionSettings Protection { get; init; } = new();

    /// <summary>Policy or rules ask for the client's name in the DNS.</summary>
    public bool NeedsReverseName => Policy.Needs(RequirementKind.ReverseDns) || RuleSet.Needs(RequirementKind.ReverseDns);

    /// <summary>In octets.</summary>
    public long MaxMessageSize => Policy.MaxMessageSizeBytes ?? DefaultMaxMessageSize;
}
