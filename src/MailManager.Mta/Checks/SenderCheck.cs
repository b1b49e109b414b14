using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Checks;

/// <summary>Rules that send for whoever has logged in, as any of the identities: no condition ties the sender to who it is.</summary>
internal static class SenderCheck
{
    public static IEnumerable<Finding> Of(CheckedIngress ingress)
    {
        if (!ingress.Clients.IsAuthenticated || ingress.Policy.PolicyStatements.SelectMany(statement => statement.Conditions).Any(AsksForSender))
        {
            yield break;
        }

        for (var i = 0; i < ingress.RuleSet.Rules.Length; i++)
        {
            var rule = ingress.RuleSet.Rules[i];
            var sends = CheckedIngress.IsActive(rule) && rule.Actions.Any(action => action is RuleAction.Send);
            if (sends && !rule.Conditions.Concat(rule.Unless).Any(AsksForSender))
            {
                yield return new Finding(
                    FindingKind.AnySender,
                    ingress.RulePath(i),
                    $"whoever logs in at '{ingress.Name}' may send as any verified identity; a condition on MAIL_FROM or FROM would say who sends as whom");
            }
        }
    }

    private static bool AsksForSender(PolicyCondition condition) => condition switch
    {
        PolicyAllOf all => all.Conditions.Any(AsksForSender),
        PolicyAnyOf any => any.Conditions.Any(AsksForSender),
        PolicyNot not => AsksForSender(not.Condition),
        PolicyStringExpression { Evaluate: PolicyStringOperand.Attribute attribute } =>
            attribute.Name is PolicyStringAttribute.MailFrom or PolicyStringAttribute.MailFromDomain,
        _ => false,
    };

    private static bool AsksForSender(RuleCondition condition) => condition switch
    {
        RuleAllOf all => all.Conditions.Any(AsksForSender),
        RuleAnyOf any => any.Conditions.Any(AsksForSender),
        RuleNot not => AsksForSender(not.Condition),
        RuleStringExpression { Evaluate: RuleStringOperand.Attribute attribute } => attribute.Name is RuleStringEmailAttribute.MailFrom
            or RuleStringEmailAttribute.MailFromDomain or RuleStringEmailAttribute.From or RuleStringEmailAttribute.FromDomain
            or RuleStringEmailAttribute.Sender,
        RuleStringExpression { Evaluate: RuleStringOperand.ClientCertificate } => true,
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.IsInAddressList list } =>
            list.Operand is RuleAddressListEmailAttribute.MailFrom or RuleAddressListEmailAttribute.From or RuleAddressListEmailAttribute.Sender,
        _ => false,
    };
}
