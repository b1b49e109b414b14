using MailManager.Delivery.Dsn;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Intake;

/// <summary>
/// Turns what the rule set has to tell the sender of an accepted message into notifications: one of its own for each Bounce, and one for all recipients
/// that were rejected, or that nothing was done for.
/// </summary>
/// <param name="receivedAt">Of the message.</param>
/// <param name="headerLength">Octets of its header block, at the start of what the workspace's buffer holds.</param>
internal readonly struct NotificationPlan(
    IntakeServices services, IngressRuntime runtime, IntakeWorkspace workspace, MessageId id, string reversePath, DateTimeOffset receivedAt, int headerLength)
{
    /// <summary>Appends the notifications that somebody wants to have; whoever takes the list releases their contents.</summary>
    public void AddTo(List<AcceptedMessage> messages)
    {
        var evaluation = workspace.Evaluation;
        foreach (var group in evaluation.Bounces)
        {
            var recipients = new List<DsnRecipient>(group.Recipients.Count);
            Add(group, recipients);
            Add(messages, recipients, group.Notice);
        }

        if (evaluation.Rejections.Count == 0 && evaluation.Uncovered.Count == 0)
        {
            return;
        }

        var failed = new List<DsnRecipient>();
        foreach (var group in evaluation.Rejections)
        {
            Add(group, failed);
        }

        for (var i = 0; i < workspace.Recipients.Count; i++)
        {
            if (evaluation.IsUncovered(i))
            {
                failed.Add(new DsnRecipient(workspace.Recipients[i], FailureNotice.NoRoute.Status, Reason(evaluation.LastFailure(i)), IsSmtpReply: false, RemoteMta: null)
                {
                    Options = workspace.Requested.Of(i),
                });
            }
        }

        Add(messages, failed, notice: null);
    }

    /// <summary>As the sender may know it: nothing of relays and rules.</summary>
    private static string Reason(ActionFailureReason reason) => reason switch
    {
        ActionFailureReason.RecipientNotVerified => "The recipient is not of a domain served here",
        ActionFailureReason.NotAuthenticated or ActionFailureReason.SenderNotVerified => "The sender may not send to this recipient through this server",
        _ => "No rule of this server delivers mail for this recipient",
    };

    private void Add(NoticeGroup group, List<DsnRecipient> recipients)
    {
        var (notice, text) = (group.Notice, $"{group.Notice} {group.Notice.Text}");
        for (var i = 0; i < group.Recipients.Count; i++)
        {
            recipients.Add(new DsnRecipient(group.Recipients[i], notice.Status, text, IsSmtpReply: true, RemoteMta: null)
            {
                IsOwnReply = true,
                Options = workspace.OptionsOf(runtime.RuleSet, group, i),
            });
        }
    }

    private void Add(List<AcceptedMessage> messages, List<DsnRecipient> recipients, FailureNotice? notice)
    {
        var head = workspace.Buffer.Head;
        var request = new DsnRequest
        {
            MessageId = id,
            ReversePath = reversePath,
            ReceivedAt = receivedAt,
            Recipients = recipients,
            Options = workspace.Requested.Mail,
            Header = head[..headerLength],

            // One that is large enough to be in a file is not returned whole.
            Message = DsnRequest.WantsMessage(workspace.Requested.Mail) && head.Length == workspace.Buffer.Length ? head : default,
            Sender = notice?.Sender,
            Text = notice?.Message,
        };
        if (services.Notifications.Build(request, receivedAt) is { } notification)
        {
            messages.Add(notification);
        }
    }
}
