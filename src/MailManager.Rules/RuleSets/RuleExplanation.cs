using System.Collections.Immutable;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>Why a rule did or did not apply to a recipient.</summary>
/// <param name="Rule">Index of the rule.</param>
/// <param name="RuleName">Null when it has none.</param>
/// <param name="Recipient">As earlier rules have left it.</param>
/// <param name="Applies">All conditions hold and no exception does.</param>
/// <param name="Conditions">In the order of the resource.</param>
/// <param name="Unless">In the order of the resource; the rule applies only if none holds.</param>
public sealed record RuleExplanation(
    int Rule,
    string? RuleName,
    string Recipient,
    bool Applies,
    ImmutableArray<ConditionExplanation> Conditions,
    ImmutableArray<ConditionExplanation> Unless)
{
    internal static RuleExplanation Of(int index, CompiledRule rule, RuleInput input)
    {
        var conditions = ConditionExplanation.Of(rule.Conditions, input);
        var unless = ConditionExplanation.Of(rule.Unless, input);
        var applies = conditions.All(condition => condition.Holds) && !unless.Any(condition => condition.Holds);
        return new RuleExplanation(index, rule.Name, input.Recipient, applies, conditions, unless);
    }
}

/// <summary>What one condition compared.</summary>
/// <param name="Condition">The condition in words of the API: <c>RECIPIENT ENDS_WITH @example.com</c>.</param>
/// <param name="Value">
/// The operand's value: untrusted text of at most <see cref="MaxValueLength"/> characters. Texts of a header are separated by <c> | </c>.
/// </param>
/// <param name="Holds">Its answer.</param>
public sealed record ConditionExplanation(string Condition, string Value, bool Holds)
{
    /// <summary>Longer values are cut.</summary>
    public const int MaxValueLength = 1_000;

    internal static ImmutableArray<ConditionExplanation> Of(Leaf[] leaves, RuleInput input) =>
        [.. leaves.Select(leaf => new ConditionExplanation(leaf.Text, Cut(leaf.ReadOperand(input)), leaf.Holds(input)))];

    private static string Cut(string value) => value.Length <= MaxValueLength ? value : value[..MaxValueLength];
}
