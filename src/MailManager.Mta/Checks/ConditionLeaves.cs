using MailManager.Resources;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Checks;

/// <summary>The single comparisons in nested conditions, each with its place.</summary>
internal static class ConditionLeaves
{
    public static IEnumerable<(string Path, RuleCondition Condition)> OfRules(ResourceSet resources) =>
        from set in resources.RuleSets.Select((ruleSet, i) => (ruleSet.Rules, Path: $"RuleSets[{i}]"))
        from rule in set.Rules.Select((rule, i) => (rule, Path: $"{set.Path}.Rules[{i}]"))
        from part in new[] { (rule.rule.Conditions, Path: $"{rule.Path}.Conditions"), (rule.rule.Unless, Path: $"{rule.Path}.Unless") }
        from leaf in part.Item1.SelectMany((condition, i) => Of(condition, $"{part.Path}[{i}]"))
        select leaf;

    public static IEnumerable<(string Path, PolicyCondition Condition)> OfPolicies(ResourceSet resources) =>
        from policy in resources.TrafficPolicies.Select((policy, i) => (policy.PolicyStatements, Path: $"TrafficPolicies[{i}]"))
        from statement in policy.PolicyStatements.Select((statement, i) => (statement.Conditions, Path: $"{policy.Path}.PolicyStatements[{i}].Conditions"))
        from leaf in statement.Conditions.SelectMany((condition, i) => Of(condition, $"{statement.Path}[{i}]"))
        select leaf;

    private static IEnumerable<(string Path, RuleCondition Condition)> Of(RuleCondition condition, string path) => condition switch
    {
        RuleAllOf all => all.Conditions.SelectMany((part, i) => Of(part, $"{path}.AllOf[{i}]")),
        RuleAnyOf any => any.Conditions.SelectMany((part, i) => Of(part, $"{path}.AnyOf[{i}]")),
        RuleNot not => Of(not.Condition, $"{path}.Not"),
        _ => [(path, condition)],
    };

    private static IEnumerable<(string Path, PolicyCondition Condition)> Of(PolicyCondition condition, string path) => condition switch
    {
        PolicyAllOf all => all.Conditions.SelectMany((part, i) => Of(part, $"{path}.AllOf[{i}]")),
        PolicyAnyOf any => any.Conditions.SelectMany((part, i) => Of(part, $"{path}.AnyOf[{i}]")),
        PolicyNot not => Of(not.Condition, $"{path}.Not"),
        _ => [(path, condition)],
    };
}
