using System.Collections.Immutable;
using Cysharp.Text;
using MailManager.Delivery.Routing;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Messages.Trace;
using MailManager.Queue;
using MailManager.Queue.History;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Grammar;

namespace MailManager.Mta.Intake;

/// <summary>Turns the deliveries that the rule set decided for one message into what the queue stores.</summary>
internal readonly struct DeliveryPlan(IntakeServices services, IngressRuntime runtime, IntakeWorkspace workspace, SessionFacts facts, MessageId id)
{
    /// <summary>When the message was received.</summary>
    public DateTimeOffset ReceivedAt { get; } = services.Time.GetUtcNow();

    /// <summary>
    /// One delivery for each group that is relayed, and one for each domain of a group that is sent, or of those to whom a notification returns.
    /// </summary>
    public ImmutableArray<DeliveryInstructions> Build(string reversePath)
    {
        var groups = workspace.Evaluation.Deliveries;
        var deliveries = ImmutableArray.CreateBuilder<DeliveryInstructions>(groups.Count);
        if (workspace.Returning.Count > 0)
        {
            AddReturning(deliveries);
        }

        for (var i = 0; i < groups.Count; i++)
        {
            var group = groups[i];
            if (group.Target.RelayName is { } relay)
            {
                deliveries.Add(Create(group, DestinationKey.ForRelay(relay), part: null, Sender(group.Target, reversePath), Prefix(group.Headers)));
                continue;
            }

            var prefix = Prefix(group.Headers);
            var domains = Enumerable.Range(0, group.Recipients.Count).GroupBy(recipient => DestinationKey.ForDomain(DomainOf(group.Recipients[recipient])), StringComparer.Ordinal);
            foreach (var domain in domains)
            {
                deliveries.Add(Create(group, domain.Key, [.. domain], reversePath, prefix));
            }
        }

        return deliveries.DrainToImmutable();
    }

    /// <summary>The message as the queue stores it.</summary>
    public AcceptedMessage Complete(MessageEnvelope envelope, ImmutableArray<DeliveryInstructions> deliveries, MessageHistory history, MessageContent content) => new(
        new QueuedMessage
        {
            Id = id,
            Origin = runtime.IngressPointName,
            ReceivedAt = ReceivedAt,
            ExpiresAt = ReceivedAt + services.Expiry,
            Envelope = envelope,
            History = history,
            Deliveries = deliveries,
        },
        content);

    /// <summary>What the relay is told that the message comes from. An address that has no SRS form stays: better that SPF fails than that mail is lost.</summary>
    private string Sender(DeliveryTarget target, string reversePath)
    {
        if (!target.ReplacesMailFrom)
        {
            return reversePath;
        }

        if (services.Srs!.Forward(reversePath) is { } replaced)
        {
            return replaced;
        }

        IntakeLog.SenderKept(services.Logger, id, reversePath, target.RelayName!);
        return reversePath;
    }

    /// <summary>To those whose addresses were replaced here, which is why they may be sent to although they are of no identity.</summary>
    private void AddReturning(ImmutableArray<DeliveryInstructions>.Builder deliveries)
    {
        var prefix = Prefix([]);
        foreach (var domain in workspace.Returning.GroupBy(recipient => DestinationKey.ForDomain(DomainOf(recipient)), StringComparer.Ordinal))
        {
            deliveries.Add(new DeliveryInstructions
            {
                Destination = domain.Key,
                ReversePath = string.Empty,
                Recipients = [.. domain],
                Prefix = prefix,
                IsSubmission = true,
            });
        }
    }

    /// <summary>Only recipients with a domain are sent to.</summary>
    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    /// <param name="group">What to do.</param>
    /// <param name="destination">Its key.</param>
    /// <param name="part">Indexes of the recipients of the group that it is done for; null: all.</param>
    /// <param name="reversePath">Sender.</param>
    /// <param name="prefix">Header lines.</param>
    private DeliveryInstructions Create(DeliveryGroup group, string destination, int[]? part, string reversePath, byte[] prefix)
    {
        var count = part?.Length ?? group.Recipients.Count;
        var recipients = ImmutableArray.CreateBuilder<string>(count);
        ImmutableArray<RecipientOptions?>.Builder? options = null;
        for (var i = 0; i < count; i++)
        {
            var recipient = part is null ? i : part[i];
            var asked = workspace.OptionsOf(runtime.RuleSet, group, recipient);
            if (asked is not null && options is null)
            {
                options = ImmutableArray.CreateBuilder<RecipientOptions?>(count);
                options.AddRange(Enumerable.Repeat<RecipientOptions?>(null, i));
            }

            recipients.Add(group.Recipients[recipient]);
            options?.Add(asked);
        }

        return new DeliveryInstructions
        {
            Destination = destination,
            ReversePath = reversePath,
            Recipients = recipients.MoveToImmutable(),
            RecipientOptions = options?.MoveToImmutable() ?? [],
            Prefix = prefix,
            RemovedHeaders = group.RemovedHeaders.Count == 0 ? [] : [.. group.RemovedHeaders],
            IgnoresTlsPolicy = group.Target.RelayName is null && TlsRequiredField.SaysNo(workspace.Buffer.IndexHeaders().View(workspace.Buffer.Head.Span)),
            EgressPool = group.Target.EgressPool,
            IsSubmission = group.Target.RelayName is null && workspace.Evaluation.AllowsSendingAnywhere,
            MaySign = workspace.Evaluation.AllowsSendingAnywhere,
        };
    }

    /// <summary>Added fields on top, then our trace field, so that the trace fields of all servers stay together.</summary>
    private byte[] Prefix(IReadOnlyList<AddedHeader> headers)
    {
        var output = ZString.CreateUtf8StringBuilder(notNested: true);
        try
        {
            for (var i = 0; i < headers.Count; i++)
            {
                output.AppendLiteral(headers[i].Line.Span);
            }

            ReceivedField.Write(
                ref output, facts, services.Hostname, id, workspace.Recipients.Count == 1 && workspace.Returning.Count == 0 ? workspace.Recipients[0] : null, ReceivedAt,
                workspace.Requested.Mail is { IsUtf8: true });
            return output.AsSpan().ToArray();
        }
        finally
        {
            output.Dispose();
        }
    }
}
