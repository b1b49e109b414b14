using System.Net;
using MailManager.Messages.Envelope;
using MailManager.Rules.RuleSets;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Intake;

/// <summary>Events for what actions did besides delivering, with rule and reason. Addresses are checked syntax and hold no control characters.</summary>
internal static partial class OutcomeLog
{
    /// <summary>Of a message that was accepted: one event for each recipient dropped by a failure policy or served by nobody, each Bounce and each Reject.</summary>
    public static void Accepted(ILogger logger, MessageId messageId, CompiledRuleSet ruleSet, RuleEvaluation evaluation, List<string> recipients, string session)
    {
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        for (var i = 0; i < evaluation.Outcomes.Count; i++)
        {
            var outcome = evaluation.Outcomes[i];
            if (outcome is { Kind: OutcomeKind.Drop, Failure: not ActionFailureReason.None })
            {
                DroppedByFailure(logger, messageId, outcome.Address, ruleSet.RuleName(outcome.Rule), outcome.Action, outcome.Failure, session);
            }
        }

        foreach (var group in evaluation.Bounces)
        {
            Bounced(logger, messageId, ruleSet.RuleName(group.Rule), new RecipientList(group.Recipients), group.Notice, session);
        }

        foreach (var group in evaluation.Rejections)
        {
            Rejected(logger, messageId, ruleSet.RuleName(group.Rule), new RecipientList(group.Recipients), group.Notice, session);
        }

        for (var i = 0; i < recipients.Count && evaluation.Uncovered.Count > 0; i++)
        {
            if (evaluation.IsUncovered(i))
            {
                NotServed(logger, messageId, recipients[i], evaluation.LastFailure(i), session);
            }
        }
    }

    /// <summary>Of a message that was refused because of its rule set.</summary>
    public static void Refused(
        ILogger logger, string ingressPoint, IPEndPoint client, string sender, CompiledRuleSet ruleSet, RuleEvaluation evaluation, int recipients, string session)
    {
        if (evaluation.Rejections.Count > 0)
        {
            var first = evaluation.Rejections[0];
            RejectedWhole(logger, ingressPoint, client, sender, ruleSet.RuleName(first.Rule), ruleSet.Name, first.Notice, session);
            return;
        }

        var reason = ActionFailureReason.None;
        for (var i = 0; i < recipients && reason == ActionFailureReason.None; i++)
        {
            reason = evaluation.IsUncovered(i) ? evaluation.LastFailure(i) : reason;
        }

        NotCovered(logger, ingressPoint, client, sender, ruleSet.Name, evaluation.Uncovered.Count, recipients, reason, session);
    }

    [LoggerMessage(2003, LogLevel.Information, "Message {MessageId}: recipient <{Recipient}> dropped by the failure policy of rule {Rule}, action {Action}: {Reason}, session={Session}")]
    private static partial void DroppedByFailure(
        ILogger logger, MessageId messageId, string recipient, string rule, int action, ActionFailureReason reason, string session);

    [LoggerMessage(2004, LogLevel.Information, "Message {MessageId}: rule {Rule} bounces recipients={Recipients} with {Reply}, session={Session}")]
    private static partial void Bounced(ILogger logger, MessageId messageId, string rule, RecipientList recipients, FailureNotice reply, string session);

    [LoggerMessage(2005, LogLevel.Information, "Message {MessageId}: rule {Rule} rejects recipients={Recipients} with {Reply}, after acceptance for others, session={Session}")]
    private static partial void Rejected(ILogger logger, MessageId messageId, string rule, RecipientList recipients, FailureNotice reply, string session);

    [LoggerMessage(2006, LogLevel.Information, "Message {MessageId}: nothing is done for recipient <{Recipient}>, last failure of an action: {Reason}, session={Session}")]
    private static partial void NotServed(ILogger logger, MessageId messageId, string recipient, ActionFailureReason reason, string session);

    [LoggerMessage(2015, LogLevel.Information, "Refused at {IngressPoint}: message from {Client} sender=<{Sender}>, rule set {RuleSet} has no delivery for {Failed} of {Recipients} recipients, failure of an action: {Reason}, session={Session}")]
    private static partial void NotCovered(
        ILogger logger, string ingressPoint, IPEndPoint client, string sender, string ruleSet, int failed, int recipients, ActionFailureReason reason, string session);

    [LoggerMessage(2016, LogLevel.Information, "Refused at {IngressPoint}: message from {Client} sender=<{Sender}>, rule {Rule} of rule set {RuleSet} rejects it with {Reply}, session={Session}")]
    private static partial void RejectedWhole(
        ILogger logger, string ingressPoint, IPEndPoint client, string sender, string rule, string ruleSet, FailureNotice reply, string session);
}
