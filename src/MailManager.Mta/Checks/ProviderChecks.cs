using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.IpSets;
using MailManager.Resources.RuleSets;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>
/// Mail that is let in and delivered because it comes from the addresses of a provider, though everybody can send through that provider in anyone's name
/// ("EchoSpoofing", 2024). Only where clients show nothing else.
/// </summary>
internal static class ProviderChecks
{
    public static IEnumerable<Finding> Of(CheckedIngress ingress, ImmutableArray<IpSet> sets)
    {
        if (ingress.Clients.IsAuthenticated)
        {
            yield break;
        }

        int[] delivering = [.. Enumerable.Range(0, ingress.RuleSet.Rules.Length).Where(rule => IsOpenDelivery(ingress.RuleSet.Rules[rule]))];
        if (ingress.Policy.DefaultAction == AcceptAction.Deny)
        {
            for (var i = 0; i < ingress.Policy.PolicyStatements.Length; i++)
            {
                var statement = ingress.Policy.PolicyStatements[i];
                if (statement.Action == AcceptAction.Allow && First(ingress, TrustedRanges.Of(statement, sets), delivering, i) is var (range, message))
                {
                    yield return ToFinding(ingress, ingress.StatementPath(i), range, message);
                }
            }
        }

        // Where the policy asks whom the mail is for, or who vouches for it, rules that go by the address only choose the way.
        if (!IsOpen(ingress))
        {
            yield break;
        }

        foreach (var rule in delivering)
        {
            if (First(ingress, TrustedRanges.Of(ingress.RuleSet.Rules[rule], sets), [rule], statement: null) is var (range, message))
            {
                yield return ToFinding(ingress, ingress.RulePath(rule), range, message);
            }
        }
    }

    private static (string Range, MessageCase Message)? First(CheckedIngress ingress, IEnumerable<string> ranges, int[] rules, int? statement)
    {
        foreach (var range in ranges.Distinct(StringComparer.Ordinal))
        {
            foreach (var rule in rules)
            {
                var wish = new CaseWish
                {
                    Rule = rule,
                    Statement = statement,
                    ClientIn = ingress.Watched.IndexOf(ProviderRanges.ForeignPart(range)),
                    IsRecipientVerified = true,
                    IsSenderVerified = true,
                };
                bool IsDelivered(MessageCase message) => ingress.Decider.Decide(message) is { IsAdmitted: true } decision
                    && (statement is null || decision.Statement == statement)
                    && decision.Actions.Any(action => action.Kind == OutcomeKind.Deliver && action.Rule == rule);
                if (ingress.Analysis.Find(wish, IsDelivered) is { } message)
                {
                    return (range, message);
                }
            }
        }

        return null;
    }

    private static bool IsOpenDelivery(Rule rule) =>
        CheckedIngress.IsActive(rule) && rule.Actions.Any(action => action is RuleAction.Relay or RuleAction.Send) && TrustedRanges.IsOpen(rule);

    private static bool IsOpen(CheckedIngress ingress) => ingress.Policy.DefaultAction == AcceptAction.Allow
        || ingress.Policy.PolicyStatements.Any(statement => statement.Action == AcceptAction.Allow && TrustedRanges.IsOpen(statement));

    private static Finding ToFinding(CheckedIngress ingress, string path, string range, MessageCase message) => new(
        FindingKind.ProviderTrusted,
        path,
        $"{range} ({ProviderRanges.OwnerOf(range)}) is trusted by address alone, though strangers can send from there in the name of your domains; "
            + "add a condition on the recipient, on a header that names your tenant, or on a client certificate")
    {
        Example = new CounterExample(ingress.Name, message),
    };
}
