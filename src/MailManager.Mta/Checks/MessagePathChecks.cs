using MailManager.Resources.RuleSets;
using MailManager.Rules.CaseAnalysis;

namespace MailManager.Mta.Checks;

/// <summary>Whether each message that an ingress point lets in comes to something.</summary>
internal static class MessagePathChecks
{
    public static IEnumerable<Finding> Of(CheckedIngress ingress)
    {
        if (ingress.Analysis.AdmitsNothing())
        {
            yield return new Finding(
                FindingKind.AdmitsNothing, ingress.Path, $"the policy '{ingress.Policy.TrafficPolicyName}' lets in no recipient for whom anything can be done");
            yield break;
        }

        if (FindUnserved(ingress) is { } message)
        {
            yield return new Finding(
                FindingKind.Unserved,
                ingress.Path,
                $"mail is let in for which no rule of '{ingress.RuleSet.RuleSetName}' has a Relay, Send, Bounce, Reject or Drop: it is refused after its data, "
                    + "or its sender told by a notification; end the rule set with a rule for what is left")
            {
                Example = new CounterExample(ingress.Name, message),
            };
        }
    }

    private static MessageCase? FindUnserved(CheckedIngress ingress)
    {
        bool IsUnserved(MessageCase message) => ingress.Decider.Decide(message) is { IsAdmitted: true, IsUnserved: true };

        // Others than verified recipients come in only where rules mean to do something for them.
        return ingress.Analysis.FindUnserved(isRecipientVerified: true, IsUnserved)
            ?? (ingress.Clients.IsAuthenticated && ingress.ActiveActions.Any(action => action is RuleAction.Send)
                ? ingress.Analysis.FindUnserved(isRecipientVerified: false, IsUnserved)
                : null);
    }
}
