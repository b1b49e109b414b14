using System.Collections.Immutable;
using MailManager.Resources.Tags;

namespace MailManager.Resources.RuleSets;

/// <summary>
/// Rules in order (API: <c>CreateRuleSet</c>). Each is asked for every recipient; all that match apply, in order, until a
/// <see cref="RuleAction.Drop"/> ends processing for the recipients it covers.
/// </summary>
public sealed record RuleSet
{
    /// <summary>1 to 100 characters of <c>[a-zA-Z0-9_.-]</c>.</summary>
    public required string RuleSetName { get; init; }

    /// <summary>0 to 40 rules.</summary>
    public required ImmutableArray<Rule> Rules { get; init; }

    /// <summary>0 to 200, without effect on mail.</summary>
    public ImmutableArray<ResourceTag> Tags { get; init; } = [];
}

/// <summary>Applies when all <see cref="Conditions"/> hold and none of <see cref="Unless"/> does.</summary>
public sealed record Rule
{
    /// <summary>1 to 32 characters of <c>[a-zA-Z0-9_.-]</c>; null when not given.</summary>
    public string? Name { get; init; }

    /// <summary>(+) Names the rule in logs and metrics for good, whatever its place and name: 1 to 64 characters of <c>[a-zA-Z0-9_.-]</c>, unique in the set.</summary>
    public string? Id { get; init; }

    /// <summary>(+) 1 to 1000 characters for people.</summary>
    public string? Description { get; init; }

    /// <summary>(+) False: the rule is validated, and otherwise not there.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>(+) The rule is evaluated and counted, its actions are never applied.</summary>
    public bool Shadow { get; init; }

    /// <summary>0 to 10; none means always.</summary>
    public ImmutableArray<RuleCondition> Conditions { get; init; } = [];

    /// <summary>0 to 10 exceptions.</summary>
    public ImmutableArray<RuleCondition> Unless { get; init; } = [];

    /// <summary>1 to 10 actions, applied in order.</summary>
    public required ImmutableArray<RuleAction> Actions { get; init; }
}
