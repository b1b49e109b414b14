using System.Collections.Immutable;
using Cysharp.Text;
using MailManager.Delivery.Dsn;
using MailManager.Delivery.Routing;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Trace;
using MailManager.Queue;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Grammar;
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
        for (var i = 0; i < workspace.Recipients.Count && workspace.Evaluation.Uncovered.Count > 0; i++)
        {
            if (workspace.Evaluation.IsUncovered(i))
            {
                workspace.Failed.Add(Failure(workspace.Recipients[i], workspace.Requested.Of(i), "No rule of this server delivers mail for this recipient"));
            }
        }

        var groups = workspace.Evaluation.Deliveries;
        var deliveries = ImmutableArray.CreateBuilder<DeliveryInstructions>(groups.Count);
        for (var i = 0; i < groups.Count; i++)
        {
            var (recipients, options) = Verified(groups[i]);
            if (!recipients.IsEmpty)
            {
                deliveries.Add(new DeliveryInstructions
                {
                    Destination = DestinationKey.ForRelay(groups[i].Relay.RelayName),
                    ReversePath = reversePath,
                    Recipients = recipients,
                    RecipientOptions = options,
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
            Options = workspace.Requested.Mail,
            Header = workspace.Buffer.Head[..headerLength],

            // One that is large enough to be in a file is not returned whole.
            Message = DsnRequest.WantsMessage(workspace.Requested.Mail) && workspace.Buffer.Head.Length == workspace.Buffer.Length
                ? workspace.Buffer.Head
                : default,
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

    private static DsnRecipient Failure(string recipient, RecipientOptions? options, string reason) =>
        new(recipient, new EnhancedStatus(5, 7, 1), reason, IsSmtpReply: false, RemoteMta: null) { Options = options };

    private (ImmutableArray<string> Recipients, ImmutableArray<RecipientOptions?> Options) Verified(DeliveryGroup group)
    {
        var verified = ImmutableArray.CreateBuilder<string>(group.Recipients.Count);
        ImmutableArray<RecipientOptions?>.Builder? options = null;
        for (var i = 0; i < group.Recipients.Count; i++)
        {
            var recipient = group.Recipients[i];
            var asked = runtime.RuleSet.ReplacesRecipients || workspace.Requested.HasRecipientOptions
                ? workspace.Requested.Of(group, i, workspace.Recipients)
                : null;
            if (runtime.Identities.Covers(recipient))
            {
                if (asked is not null && options is null)
                {
                    options = ImmutableArray.CreateBuilder<RecipientOptions?>(group.Recipients.Count);
                    options.AddRange(Enumerable.Repeat<RecipientOptions?>(null, verified.Count));
                }

                verified.Add(recipient);
                options?.Add(asked);
            }
            else
            {
                workspace.Failed.Add(Failure(recipient, asked, "The recipient is not of a domain served here"));
            }
        }

        return (verified.DrainToImmutable(), options?.DrainToImmutable() ?? []);
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

            ReceivedField.Write(
                ref output, facts, services.Hostname, id, workspace.Recipients.Count == 1 ? workspace.Recipients[0] : null, _receivedAt,
                workspace.Requested.Mail is { IsUtf8: true });
            return output.AsSpan().ToArray();
        }
        finally
        {
            output.Dispose();
        }
    }
}
