using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Queue.History;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Intake;

/// <summary>
/// The end of a transaction whose message is to be accepted: the message, with what was decided on it, and notifications become durable, then it is answered. Belongs
/// to its session.
/// </summary>
internal sealed class MessageStore(IntakeServices services, SmtpSessionInfo session, SessionNotes notes)
{
    /// <summary>Nothing is answered 250 that is not durable. Afterwards the workspace's contents are released; it is to be returned.</summary>
    /// <param name="runtime">In force in this transaction.</param>
    /// <param name="workspace">Of the transaction, its rules evaluated.</param>
    /// <param name="headerLength">Octets of the header block.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpReply> AcceptAsync(IngressRuntime runtime, IntakeWorkspace workspace, int headerLength)
    {
        var size = workspace.Buffer.Length;
        var id = MessageId.New(services.Time.GetUtcNow());
        var plan = new DeliveryPlan(services, runtime, workspace, notes.Facts, id);
        var deliveries = plan.Build(workspace.ReversePath);
        var envelope = workspace.Requested.Complete(new MessageEnvelope(workspace.ReversePath, workspace.AllRecipients(), workspace.Body));
        var history = new MessageHistory.Received(
            notes.History, workspace.Decisions.PolicyOf(runtime.Policy, workspace), workspace.Decisions.RulesOf(runtime.RuleSet, workspace.Evaluation));
        try
        {
            new NotificationPlan(services, runtime, workspace, id, workspace.ReversePath, plan.ReceivedAt, headerLength).AddTo(workspace.Outbox);
            var content = deliveries.IsEmpty ? null : workspace.Buffer.Detach();
            if (content is not null)
            {
                workspace.Outbox.Add(plan.Complete(envelope, deliveries, history, content));
            }

            // All of it becomes durable at once. Dropped whole, there is nothing.
            var result = workspace.Outbox.Count == 0
                ? AcceptResult.Committed
                : await services.Queue.AcceptAsync(CollectionsMarshal.AsSpan(workspace.Outbox)).ConfigureAwait(false);
            if (result != AcceptResult.Committed)
            {
                IntakeLog.StorageRefused(services.Logger, null, session.Client, runtime.IngressPointName, result, session.Id);
                services.Metrics.Refused(runtime.IngressPointName, "storage");
                content?.File?.Delete();
                return StandardReplies.InsufficientStorage;
            }

            Log(runtime, workspace, envelope, history, id, size, deliveries.Length);
            services.Metrics.Accepted(runtime.IngressPointName, size);
            return new SmtpReply(250, new EnhancedStatus(2, 0, 0), $"Ok: queued as {id}");
        }
        finally
        {
            foreach (var message in workspace.Outbox)
            {
                message.Content.Release();
            }
        }
    }

    private void Log(
        IngressRuntime runtime, IntakeWorkspace workspace, MessageEnvelope envelope, MessageHistory.Received history, MessageId id, long size, int deliveries)
    {
        var evaluation = workspace.Evaluation;
        var failed = evaluation.Uncovered.Count + evaluation.Rejections.Sum(group => group.Recipients.Count) + evaluation.Bounces.Sum(group => group.Recipients.Count);
        if (deliveries == 0 && failed == 0)
        {
            IntakeLog.Dropped(
                services.Logger, id, runtime.RuleSet.Name, runtime.IngressPointName, workspace.ReversePath, new RecipientList(envelope.Recipients), session.Id);
        }
        else
        {
            IntakeLog.Accepted(
                services.Logger, id, runtime.IngressPointName, session.Client, session.Helo, session.TlsCipherSuite ?? "none", workspace.ReversePath,
                new RecipientList(envelope.Recipients), size, deliveries, evaluation.Dropped, failed, new RuleList(history.Rules), new StatementList(history.Policy), session.Id);
        }

        OutcomeLog.Accepted(services.Logger, id, runtime.RuleSet, evaluation, workspace.Recipients, session.Id);
    }
}
