using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Checks;

/// <summary>Policy statements that do nothing wherever their policy is used. What is said here is proven, so there is no example.</summary>
internal static class PolicyChecks
{
    /// <param name="ingresses">All that use one policy; at least one.</param>
    public static IEnumerable<Finding> Of(ImmutableArray<CheckedIngress> ingresses)
    {
        var policy = ingresses[0].Policy;
        var useless = new HashSet<int>();

        // From the last on: of two that say the same, the later one is named.
        for (var statement = policy.PolicyStatements.Length - 1; statement >= 0; statement--)
        {
            if (Check(ingresses, policy, statement, useless) is { } finding)
            {
                useless.Add(statement);
                yield return finding;
            }
        }
    }

    private static Finding? Check(ImmutableArray<CheckedIngress> ingresses, TrafficPolicy policy, int statement, HashSet<int> useless)
    {
        var path = ingresses[0].StatementPath(statement);
        if (ingresses.All(ingress => ingress.Analysis.StatementNeverHolds(statement)))
        {
            return new Finding(FindingKind.StatementNeverHolds, path, "the statement never holds: its conditions exclude each other");
        }

        var (action, replyText) = (policy.PolicyStatements[statement].Action, policy.PolicyStatements[statement].ReplyText);
        var others = Others(policy, statement, useless);
        if (action == AcceptAction.Allow && policy.DefaultAction == AcceptAction.Allow)
        {
            return new Finding(
                FindingKind.StatementChangesNothing, path, "the statement changes nothing: what no DENY statement refuses is let in by DefaultAction ALLOW");
        }

        if (IsCovered(ingresses, policy, statement, others) || (replyText is null && ChangesNothing(ingresses, statement, others)))
        {
            return new Finding(FindingKind.StatementChangesNothing, path, $"the statement changes nothing: {Reason(ingresses, policy, statement, others)}");
        }

        return null;
    }

    /// <summary>Those that may take the place of a statement: they must leave the reply to the client as it is.</summary>
    private static int[] Others(TrafficPolicy policy, int statement, HashSet<int> useless) =>
    [
        .. Enumerable.Range(0, policy.PolicyStatements.Length).Where(other =>
            other != statement && !useless.Contains(other) && (other < statement || policy.PolicyStatements[other].ReplyText is null)
            && (policy.PolicyStatements[statement].ReplyText is null || (other < statement && policy.PolicyStatements[other].Action == AcceptAction.Deny))),
    ];

    /// <summary>A DENY by other DENY statements; an ALLOW by any.</summary>
    private static bool IsCovered(ImmutableArray<CheckedIngress> ingresses, TrafficPolicy policy, int statement, int[] others)
    {
        int[] covering = [.. others.Where(other => Covers(policy, statement, other))];
        return ingresses.All(ingress => ingress.Analysis.StatementIsCovered(statement, covering));
    }

    private static bool Covers(TrafficPolicy policy, int statement, int other) =>
        policy.PolicyStatements[statement].Action == AcceptAction.Allow || policy.PolicyStatements[other].Action == AcceptAction.Deny;

    private static bool ChangesNothing(ImmutableArray<CheckedIngress> ingresses, int statement, int[] others) =>
        ingresses.All(ingress => ingress.Analysis.StatementChangesNothing(statement, others));

    private static string Reason(ImmutableArray<CheckedIngress> ingresses, TrafficPolicy policy, int statement, int[] others)
    {
        foreach (var other in others.Where(other => Covers(policy, statement, other)))
        {
            if (ingresses.All(ingress => ingress.Analysis.StatementIsCovered(statement, [other])))
            {
                return $"PolicyStatements[{other}] ({OperatorWords.AcceptAction.WordOf(policy.PolicyStatements[other].Action)}) holds whenever it does";
            }
        }

        return $"the other statements and DefaultAction {OperatorWords.AcceptAction.WordOf(policy.DefaultAction)} decide the same without it";
    }
}
