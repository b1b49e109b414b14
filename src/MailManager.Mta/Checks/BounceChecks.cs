using MailManager.Resources.RuleSets;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>Recipients who get a message whose sender is told that they did not.</summary>
internal static class BounceChecks
{
    public static IEnumerable<Finding> Of(CheckedIngress ingress)
    {
        var rules = ingress.RuleSet.Rules;
        for (var i = 0; i < rules.Length; i++)
        {
            for (var j = i; j < rules.Length; j++)
            {
                if (IsPair(rules[i], rules[j]) && Find(ingress, i, j) is { } message)
                {
                    var where = i == j ? "this rule" : $"this rule and Rules[{j}]";
                    yield return new Finding(
                        FindingKind.DeliveredAndBounced,
                        ingress.RulePath(i),
                        $"{where} deliver mail for a recipient and bounce it too; Bounce does not end processing, so add a Drop after it or an exception")
                    {
                        Example = new CounterExample(ingress.Name, message),
                    };
                    break;
                }
            }
        }
    }

    private static MessageCase? Find(CheckedIngress ingress, int first, int second)
    {
        var wish = new CaseWish { Rule = first, LaterRule = first == second ? null : second, IsRecipientVerified = true };
        return ingress.Analysis.Find(wish, message =>
        {
            var done = ingress.Decider.Decide(message).Actions.Where(action => action.Rule == first || action.Rule == second).ToArray();
            return done.Any(bounce => bounce.Kind == OutcomeKind.Bounce
                && done.Any(delivery => delivery.Kind == OutcomeKind.Deliver && delivery.Recipient == bounce.Recipient));
        });
    }

    private static bool IsPair(Rule rule, Rule other) => CheckedIngress.IsActive(rule) && CheckedIngress.IsActive(other)
        && ((rule.Actions.Any(IsBounce) && other.Actions.Any(IsDelivery)) || (rule.Actions.Any(IsDelivery) && other.Actions.Any(IsBounce)));

    private static bool IsBounce(RuleAction action) => action is RuleAction.Bounce;

    private static bool IsDelivery(RuleAction action) => action is RuleAction.Relay or RuleAction.Send;
}
