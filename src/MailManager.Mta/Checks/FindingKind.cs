using System.Collections.Immutable;

namespace MailManager.Mta.Checks;

/// <summary>A sort of <see cref="Finding"/>.</summary>
/// <param name="Code">Stays the same from release to release.</param>
/// <param name="Severity">Of all findings of the sort.</param>
internal sealed record FindingKind(string Code, FindingSeverity Severity)
{
    /// <summary>A message is let in and no rule takes care of it.</summary>
    public static readonly FindingKind Unserved = new("MM001", FindingSeverity.Warning);

    /// <summary>An ingress point refuses every recipient.</summary>
    public static readonly FindingKind AdmitsNothing = new("MM002", FindingSeverity.Warning);

    /// <summary>The conditions of a rule exclude each other.</summary>
    public static readonly FindingKind RuleNeverMatches = new("MM003", FindingSeverity.Warning);

    /// <summary>What a rule could match never comes to it.</summary>
    public static readonly FindingKind RuleNeverReached = new("MM004", FindingSeverity.Warning);

    /// <summary>The conditions of a policy statement exclude each other.</summary>
    public static readonly FindingKind StatementNeverHolds = new("MM005", FindingSeverity.Warning);

    /// <summary>A policy decides the same without one of its statements.</summary>
    public static readonly FindingKind StatementChangesNothing = new("MM006", FindingSeverity.Warning);

    /// <summary>A condition holds for every message.</summary>
    public static readonly FindingKind AlwaysHolds = new("MM007", FindingSeverity.Warning);

    /// <summary>A resource that nothing refers to.</summary>
    public static readonly FindingKind Unused = new("MM010", FindingSeverity.Warning);

    /// <summary>Trust in addresses that strangers can send from.</summary>
    public static readonly FindingKind ProviderTrusted = new("MM020", FindingSeverity.Warning);

    /// <summary>Mail for others is taken from strangers.</summary>
    public static readonly FindingKind OpenRelay = new("MM021", FindingSeverity.Error);

    /// <summary>How many messages were tried to find an open relay.</summary>
    public static readonly FindingKind NoOpenRelay = new("MM022", FindingSeverity.Info);

    /// <summary>Whoever has logged in sends as any of the identities.</summary>
    public static readonly FindingKind AnySender = new("MM023", FindingSeverity.Info);

    /// <summary>A compared value that the operand never has.</summary>
    public static readonly FindingKind ImpossibleValue = new("MM030", FindingSeverity.Warning);

    /// <summary>A star in a value, which is no wildcard there.</summary>
    public static readonly FindingKind Star = new("MM031", FindingSeverity.Warning);

    /// <summary>Actions after one that ends processing.</summary>
    public static readonly FindingKind ActionAfterEnd = new("MM032", FindingSeverity.Warning);

    /// <summary>A header change that no delivery follows.</summary>
    public static readonly FindingKind HeaderWithoutDelivery = new("MM033", FindingSeverity.Warning);

    /// <summary>The same relay twice in a rule.</summary>
    public static readonly FindingKind RelayTwice = new("MM034", FindingSeverity.Warning);

    /// <summary>A recipient is delivered to and its sender told that it was not.</summary>
    public static readonly FindingKind DeliveredAndBounced = new("MM035", FindingSeverity.Warning);

    /// <summary>An egress source has an address that this machine does not have.</summary>
    public static readonly FindingKind ForeignEgressAddress = new("MM040", FindingSeverity.Warning);

    /// <summary>In the order of their codes.</summary>
    public static ImmutableArray<FindingKind> All { get; } =
    [
        Unserved, AdmitsNothing, RuleNeverMatches, RuleNeverReached, StatementNeverHolds, StatementChangesNothing, AlwaysHolds,
        Unused,
        ProviderTrusted, OpenRelay, NoOpenRelay, AnySender,
        ImpossibleValue, Star, ActionAfterEnd, HeaderWithoutDelivery, RelayTwice, DeliveredAndBounced,
        ForeignEgressAddress,
    ];
}
