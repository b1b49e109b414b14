using System.Collections.Immutable;

namespace MailManager.Rules.RuleSets;

/// <summary>Why a rule did or did not apply to a recipient.</summary>
/// <param name="Rule">Index of the rule.</param>
/// <param name="RuleName">Its id, else its name, else its index.</param>
/// <param name="IsShadow">What it says is not done.</param>
/// <param name="Recipient">As earlier rules have left it.</param>
/// <param name="Applies">All conditions hold and no exception does.</param>
/// <param name="Conditions">In the order of the resource.</param>
/// <param name="Unless">In the order of the resource; the rule applies only if none holds.</param>
public sealed record RuleExplanation(
    int Rule,
    string RuleName,
    bool IsShadow,
    string Recipient,
    bool Applies,
    ImmutableArray<ConditionExplanation> Conditions,
    ImmutableArray<ConditionExplanation> Unless)
{
    internal static RuleExplanation Of(CompiledRule rule, RuleInput input)
    {
        ImmutableArray<ConditionExplanation> conditions = [.. rule.Conditions.Select(condition => condition.Explain(input))];
        ImmutableArray<ConditionExplanation> unless = [.. rule.Unless.Select(condition => condition.Explain(input))];
        var applies = conditions.All(condition => condition.Holds) && !unless.Any(condition => condition.Holds);
        return new RuleExplanation(rule.Index, rule.Name, rule.IsShadow, input.Recipient, applies, conditions, unless);
    }
}
