using MailManager.Resources.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>Actions that have no effect where they stand.</summary>
internal static class ActionChecks
{
    /// <param name="ruleSet">To be checked.</param>
    /// <param name="path">Its place.</param>
    public static IEnumerable<Finding> Of(RuleSet ruleSet, string path)
    {
        for (var i = 0; i < ruleSet.Rules.Length; i++)
        {
            if (!CheckedIngress.IsActive(ruleSet.Rules[i]))
            {
                continue;
            }

            var actions = ruleSet.Rules[i].Actions;
            var isDeliveredLater = ruleSet.Rules.Skip(i + 1).Where(CheckedIngress.IsActive).SelectMany(rule => rule.Actions).Any(IsDelivery);
            for (var a = 0; a < actions.Length; a++)
            {
                var place = $"{path}.Rules[{i}].Actions[{a}]";
                if (a > 0 && Ends(actions[a - 1]))
                {
                    yield return new Finding(
                        FindingKind.ActionAfterEnd, place, $"nothing is done after {actions[a - 1].GetType().Name}, which ends processing");
                    break;
                }

                var rest = actions.Skip(a + 1).TakeWhile(action => !Ends(action)).ToArray();
                if (ChangesHeader(actions[a]) && !rest.Any(IsDelivery) && (!isDeliveredLater || actions.Skip(a + 1).Any(Ends)))
                {
                    yield return new Finding(
                        FindingKind.HeaderWithoutDelivery,
                        place,
                        $"{actions[a].GetType().Name} has no effect: it goes with deliveries that come after it, and there is none");
                }

                var unchanged = rest.TakeWhile(action => !ChangesHeader(action) && !Replaces(action));
                if (IsDelivery(actions[a]) && unchanged.Any(action => IsSameDelivery(actions[a], action)))
                {
                    yield return new Finding(FindingKind.RelayTwice, place, "the same delivery follows in this rule; its recipients get the message once");
                }
            }
        }
    }

    private static bool Ends(RuleAction action) => action is RuleAction.Drop or RuleAction.Reject;

    private static bool IsDelivery(RuleAction action) => action is RuleAction.Relay or RuleAction.Send;

    private static bool IsSameDelivery(RuleAction action, RuleAction other) => (action, other) switch
    {
        (RuleAction.Relay first, RuleAction.Relay second) => first.RelayName == second.RelayName && first.EgressPool == second.EgressPool,
        (RuleAction.Send first, RuleAction.Send second) => first.EgressPool == second.EgressPool,
        _ => false,
    };

    private static bool ChangesHeader(RuleAction action) => action is RuleAction.AddHeader or RuleAction.SetHeader or RuleAction.RemoveHeader;

    private static bool Replaces(RuleAction action) =>
        action is RuleAction.ReplaceRecipient or RuleAction.MapRecipient or RuleAction.RewriteRecipient;
}
