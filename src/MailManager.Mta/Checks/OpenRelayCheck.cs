using MailManager.Resources.RuleSets;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>
/// Looks for mail that is taken from strangers for strangers, along every rule that delivers, and asks what is in force about each message. That there is none
/// is the doing of the rule engine, whatever the rules say; here it is seen for the configuration at hand.
/// </summary>
internal static class OpenRelayCheck
{
    /// <summary>Messages that are tried along each rule and kind of message.</summary>
    private const int MaxTries = 25;

    /// <param name="ingress">To be searched.</param>
    /// <param name="isVerified">An address is of a verified identity.</param>
    public static Finding Of(CheckedIngress ingress, Func<string, bool> isVerified)
    {
        var tried = 0;
        foreach (var wish in Wishes(ingress))
        {
            var left = MaxTries;
            var found = default(MessageCase);
            ingress.Analysis.Find(wish, message =>
            {
                tried++;
                found = IsRelayed(ingress, message, isVerified) ? message : null;
                return found is not null || --left == 0;
            });
            if (found is not null)
            {
                return new Finding(FindingKind.OpenRelay, ingress.Path, "mail from strangers is relayed to recipients of no verified identity: an open relay")
                {
                    Example = new CounterExample(ingress.Name, found),
                };
            }
        }

        return new Finding(
            FindingKind.NoOpenRelay,
            ingress.Path,
            ingress.Clients.IsAuthenticated
                ? $"no open relay: {tried} message paths tried, none delivers to others than verified recipients without a verified sender"
                : $"no open relay: {tried} message paths tried, none delivers to others than verified recipients");
    }

    private static IEnumerable<CaseWish> Wishes(CheckedIngress ingress)
    {
        for (var rule = 0; rule < ingress.RuleSet.Rules.Length; rule++)
        {
            if (!ingress.RuleSet.Rules[rule].Actions.Any(action => action is RuleAction.Relay or RuleAction.Send))
            {
                continue;
            }

            foreach (var isRecipientVerified in new[] { false, true })
            {
                foreach (var isSenderVerified in new[] { false, true })
                {
                    // Whether the recipient is refused at RCPT is for what is in force to say: that is what is to be proven.
                    yield return new CaseWish
                    {
                        Rule = rule,
                        MayBeServed = false,
                        IsRecipientVerified = isRecipientVerified,
                        IsSenderVerified = isSenderVerified,
                    };
                }
            }
        }
    }

    private static bool IsRelayed(CheckedIngress ingress, MessageCase message, Func<string, bool> isVerified)
    {
        var decision = ingress.Decider.Decide(message);
        var maySend = ingress.Clients.IsAuthenticated && (message.ReversePath.Length == 0 || isVerified(message.ReversePath));
        return decision.IsAdmitted && decision.Actions.Any(action =>
            action.Kind == OutcomeKind.Deliver && !isVerified(action.Recipient)
            && !(maySend && ingress.RuleSet.Rules[action.Rule].Actions.Any(a => a is RuleAction.Send)));
    }
}
