using System.Collections.Immutable;
using Cysharp.Text;
using MailManager.Delivery.Dsn;
using MailManager.Delivery.Routing;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Trace;
using MailManager.Queue;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Intake;

/// <summary>Turns what the rule set decided for one message into what the queue stores.</summary>
internal readonly struct DeliveryPlan(IntakeServices services, IngressRuntime runtime, IntakeWorkspace workspace, SessionFacts facts, MessageId id)
{
    private readonly DateTimeOffset _receivedAt = services.Time.GetUtcNow();

    /// <summary>
    /// One delivery for each group of verified recipients. Recipients without one are noted as failed: those that no rule covers, and those whom a
    /// rule would relay although they are of no verified identity.
    /// </summary>
    public ImmutableArray<DeliveryInstructions> Build(string reversePath)
    {
        foreach (var recipient in workspace.Evaluation.Uncovered)
        {
            workspace.Failed.Add(Failure(recipient, "No rule of this server delivers mail for this recipient"));
        }

        var groups = workspace.Evaluation.Deliveries;
        var deliveries = ImmutableArray.CreateBuilder<DeliveryInstructions>(groups.Count);
        for (var i = 0; i < groups.Count; i++)
        {
            var recipients = Verified(groups[i]);
            if (!recipients.IsEmpty)
            {
                deliveries.Add(new DeliveryInstructions
                {
                    Destination = DestinationKey.ForRelay(groups[i].Relay.RelayName),
                    ReversePath = reversePath,
                    Recipients = recipients,
                    Prefix = Prefix(groups[i]),
                });
            }
        }

        return deliveries.DrainToImmutable();
    }

    /// <summary>The notification for the failed recipients, if there are any; the caller releases its content.</summary>
    /// <param name="headerLength">Octets of the header block.</param>
    public AcceptedMessage? Notify(string reversePath, int headerLength) => workspace.Failed.Count == 0 ? null : services.Notifications.Build(
        new DsnRequest
        {
            MessageId = id,
            ReversePath = reversePath,
            ReceivedAt = _receivedAt,
            Recipients = workspace.Failed,
            Header = workspace.Buffer.Head[..headerLength],
        },
        _receivedAt);

    /// <summary>Makes all of it durable at once.</summary>
    public ValueTask<AcceptResult> AcceptAsync(
        MessageEnvelope envelope, ImmutableArray<DeliveryInstructions> deliveries, MessageContent? content, AcceptedMessage? notification)
    {
        if (content is null)
        {
            return notification is { } only ? services.Queue.AcceptAsync(only) : new ValueTask<AcceptResult>(AcceptResult.Committed);
        }

        var message = new AcceptedMessage(
            new QueuedMessage
            {
                Id = id,
                Origin = runtime.IngressPointName,
                ReceivedAt = _receivedAt,
                ExpiresAt = _receivedAt + services.Expiry,
                Envelope = envelope,
                Deliveries = deliveries,
            },
            content);
        return notification is { } also ? services.Queue.AcceptAsync(message, also) : services.Queue.AcceptAsync(message);
    }

    private static DsnRecipient Failure(string recipient, string reason) =>
        new(recipient, new EnhancedStatus(5, 7, 1), reason, IsSmtpReply: false, RemoteMta: null);

    private ImmutableArray<string> Verified(DeliveryGroup group)
    {
        var verified = ImmutableArray.CreateBuilder<string>(group.Recipients.Count);
        for (var i = 0; i < group.Recipients.Count; i++)
        {
            var recipient = group.Recipients[i];
            if (runtime.Identities.Covers(recipient))
            {
                verified.Add(recipient);
            }
            else
            {
                workspace.Failed.Add(Failure(recipient, "The recipient is not of a domain served here"));
            }
        }

        return verified.DrainToImmutable();
    }

    /// <summary>Added fields on top, then our trace field, so that the trace fields of all servers stay together.</summary>
    private byte[] Prefix(DeliveryGroup group)
    {
        var output = ZString.CreateUtf8StringBuilder(notNested: true);
        try
        {
            for (var i = 0; i < group.Headers.Count; i++)
            {
                output.AppendLiteral(group.Headers[i].Line.Span);
            }

            ReceivedField.Write(ref output, facts, services.Hostname, id, workspace.Recipients.Count == 1 ? workspace.Recipients[0] : null, _receivedAt);
            return output.AsSpan().ToArray();
        }
        finally
        {
            output.Dispose();
        }
    }
}
