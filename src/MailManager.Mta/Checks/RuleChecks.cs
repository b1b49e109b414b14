using System.Collections.Immutable;
using MailManager.Resources.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>Rules that do nothing wherever their rule set is used. What is said here is proven, so there is no example.</summary>
internal static class RuleChecks
{
    /// <param name="ingresses">All that use one rule set; at least one.</param>
    public static IEnumerable<Finding> Of(ImmutableArray<CheckedIngress> ingresses)
    {
        var ruleSet = ingresses[0].RuleSet;
        for (var rule = 0; rule < ruleSet.Rules.Length; rule++)
        {
            if (!ruleSet.Rules[rule].Enabled)
            {
                continue;
            }

            var path = ingresses[0].RulePath(rule);
            if (ingresses.All(ingress => ingress.Analysis.RuleNeverMatches(rule)))
            {
                yield return new Finding(FindingKind.RuleNeverMatches, path, $"the rule never matches: {Conflict(ingresses, ruleSet.Rules[rule])}");
            }
            else if (ingresses.All(ingress => ingress.Analysis.RuleIsNeverReached(rule, despitePolicy: false)))
            {
                yield return new Finding(FindingKind.RuleNeverReached, path, $"the rule is never reached: {Obstacle(ingresses, rule)}");
            }

            foreach (var finding in AlwaysHolding(ingresses, ruleSet.Rules[rule], path))
            {
                yield return finding;
            }
        }
    }

    /// <summary>One condition that never holds, else two that exclude each other, else all of them.</summary>
    private static string Conflict(ImmutableArray<CheckedIngress> ingresses, Rule rule)
    {
        (string Name, RuleCondition Condition, bool IsException)[] all =
        [
            .. rule.Conditions.Select((condition, i) => ($"Conditions[{i}]", condition, false)),
            .. rule.Unless.Select((condition, i) => ($"Unless[{i}]", condition, true)),
        ];
        bool Exclude(params ReadOnlySpan<int> parts)
        {
            RuleCondition[] conditions = [.. parts.ToArray().Where(i => !all[i].IsException).Select(i => all[i].Condition)];
            RuleCondition[] unless = [.. parts.ToArray().Where(i => all[i].IsException).Select(i => all[i].Condition)];
            return ingresses.All(ingress => ingress.Analysis.ExcludeEachOther(conditions, unless));
        }

        for (var i = 0; i < all.Length; i++)
        {
            if (Exclude(i))
            {
                return all[i].IsException ? $"{all[i].Name} holds for every message that can come" : $"{all[i].Name} holds for no message that can come";
            }
        }

        for (var i = 0; i < all.Length; i++)
        {
            for (var j = i + 1; j < all.Length; j++)
            {
                if (Exclude(i, j))
                {
                    return $"{all[i].Name} and {all[j].Name} exclude each other";
                }
            }
        }

        return "its conditions exclude each other";
    }

    private static string Obstacle(ImmutableArray<CheckedIngress> ingresses, int rule)
    {
        for (var earlier = 0; earlier < rule; earlier++)
        {
            if (ingresses.All(ingress => ingress.Analysis.RuleEndsAll(earlier, rule)))
            {
                var name = ingresses[0].RuleSet.Rules[earlier].Name;
                return $"Rules[{earlier}]{(name is null ? "" : $" ({name})")} ends processing for all that it could match";
            }
        }

        return ingresses.All(ingress => ingress.Analysis.RuleIsNeverReached(rule, despitePolicy: true))
            ? "the rules before it end processing for all that it could match"
            : "policy, identities and the rules before it leave nothing that it could match";
    }

    /// <summary>Conditions that combine others and come to nothing: a mistake, while a single comparison may be there to be sure.</summary>
    private static IEnumerable<Finding> AlwaysHolding(ImmutableArray<CheckedIngress> ingresses, Rule rule, string path)
    {
        for (var i = 0; i < rule.Conditions.Length; i++)
        {
            var condition = rule.Conditions[i];
            if (condition is RuleAnyOf or RuleNot && ingresses.All(ingress => ingress.Analysis.ExcludeEachOther([], [condition])))
            {
                yield return new Finding(
                    FindingKind.AlwaysHolds,
                    $"{path}.Conditions[{i}]",
                    "the condition holds for every message; negative operators in AnyOf are mostly meant as one with several Values, or in AllOf");
            }
        }
    }
}
