using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Mta.Protection;
using MailManager.Mta.Tls;
using MailManager.Queue;
using MailManager.Rules.Policies;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Intake;

/// <summary>
/// The events of one session, on their way: policy at MAIL and RCPT, rules at the end of data, then the spool, then the reply. Nothing is answered
/// 250 that is not durable, and no recipient is accepted that nothing is done for.
/// </summary>
internal sealed class IntakeSession(IngressService ingress, IntakeServices services, SmtpSessionInfo session) : ISmtpSessionHandler
{
    private SessionFacts? _facts;
    private int _factsRevision = -1;
    private ClientGuard? _guard;

    // Of the transaction.
    private IngressRuntime _runtime = ingress.Runtime;
    private IntakeWorkspace? _workspace;
    private string _reversePath = string.Empty;
    private BodyType _body;

    public long MaxMessageSize => ingress.Runtime.MaxMessageSize;

    private SessionFacts Facts
    {
        get
        {
            if (_facts is null || _factsRevision != session.Revision)
            {
                _factsRevision = session.Revision;
                _facts = new SessionFacts
                {
                    Client = session.Client,
                    Helo = session.Helo,
                    IsExtended = session.IsExtended,
                    TlsProtocol = session.TlsProtocol,
                    TlsCipherSuite = session.TlsCipherSuite,
                    IsTlsWrapped = session.IsTlsWrapped,
                    IsLmtp = session.IsLmtp,
                    AuthenticatedAs = session.AuthenticatedAs,
                    ClientCertificate = session.ClientCertificate is { } certificate ? ClientCertificateReader.Read(certificate, out _) : null,
                };
            }

            return _facts;
        }
    }

    public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken)
    {
        _guard = services.Protection.Open(_runtime.Protection, _runtime.IngressPointName, session.Id, session.Client.Address);
        return ValueTask.FromResult(new SmtpReply(220, $"{services.Hostname} {(session.IsLmtp ? "LMTP" : "ESMTP")} MailManager"));
    }

    public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken) => ValueTask.FromResult(Mail(command));

    public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
    {
        if (MailboxText.Read(command.ForwardPath) is not { } recipient)
        {
            return ValueTask.FromResult(StandardReplies.BadRecipientAddress);
        }

        if (Refusal(recipient) is { } refusal)
        {
            return ValueTask.FromResult(refusal);
        }

        if (_guard is not null)
        {
            return AskGuardAsync(_guard, recipient, RecipientOptions.From(command), cancellationToken);
        }

        return ValueTask.FromResult(Accept(recipient, RecipientOptions.From(command)));
    }

    public SmtpReply BeginData(out IMessageSink? sink)
    {
        sink = _workspace!.Buffer;
        return StandardReplies.StartMailInput;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken)
    {
        var workspace = _workspace!;
        workspace.Buffer.Finish();
        if (Refusal(faults, workspace.Buffer) is { } refusal)
        {
            Reset();
            return refusal;
        }

        var headers = workspace.Buffer.IndexHeaders();
        if (HeaderCheck.Refusal(headers.View(workspace.Buffer.Head.Span), headers.Length, _runtime.Limits, services.Hostname, out var reason) is { } headerRefusal)
        {
            return Refused(reason, "header", headerRefusal);
        }

        workspace.Input.SetMessage(_reversePath, workspace.Buffer.Head, headers, workspace.Buffer.Length);
        var recipients = CollectionsMarshal.AsSpan(workspace.Recipients);
        _runtime.RuleSet.Evaluate(workspace.Input, recipients, workspace.Evaluation);

        var id = MessageId.New(services.Time.GetUtcNow());
        var plan = new DeliveryPlan(services, _runtime, workspace, Facts, id);
        var deliveries = plan.Build(_reversePath);
        var failed = workspace.Failed;

        // Without a sender to notify, a message is taken for all of its recipients or for none.
        if (failed.Count > 0 && (_reversePath.Length == 0 || (deliveries.IsEmpty && workspace.Evaluation.Dropped.Count == 0)))
        {
            IntakeLog.NotCovered(
                services.Logger, _runtime.IngressPointName, session.Client, _reversePath, _runtime.RuleSet.Name, failed.Count, recipients.Length, session.Id);
            services.Metrics.Refused(_runtime.IngressPointName, "rules");
            Reset();
            return Refusal550("No route for this message");
        }

        return await StoreAsync(workspace, plan, deliveries, headers.Length, id).ConfigureAwait(false);
    }

    public void Reset()
    {
        if (_workspace is not null)
        {
            ingress.Return(_workspace);
            _workspace = null;
        }
    }

    public void Close() => Reset();

    private SmtpReply Mail(in MailCommand command)
    {
        Reset();
        _runtime = ingress.Runtime;
        if (MailboxText.Read(command.ReversePath) is not { } reversePath)
        {
            return StandardReplies.BadSenderAddress;
        }

        _workspace = ingress.Rent();
        _workspace.Input.SetSession(Facts);
        var early = _runtime.Policy.EvaluateEarly(_workspace.Input, isTlsFinal: true);
        if (early.Outcome == EarlyOutcome.Deny)
        {
            IntakeLog.ClientDenied(services.Logger, _runtime.IngressPointName, session.Client, _runtime.Policy.Name, early, session.Id);
            services.Metrics.Refused(_runtime.IngressPointName, "policy");
            Reset();
            return NotAllowed();
        }

        _workspace.Requested.Set(command);
        _reversePath = reversePath;
        _body = command.Body;
        return StandardReplies.SenderOk;
    }

    /// <summary>What policy and identities have against a recipient; null: nothing.</summary>
    private SmtpReply? Refusal(string recipient)
    {
        var verdict = _runtime.Policy.Evaluate(_workspace!.Input, recipient);
        if (!verdict.IsAllowed)
        {
            IntakeLog.RecipientDenied(
                services.Logger, _runtime.IngressPointName, recipient, session.Client, _reversePath, _runtime.Policy.Name, verdict, session.Id);
            services.Metrics.Refused(_runtime.IngressPointName, "policy");
            return NotAllowed();
        }

        // Every way out is a relay, and only a rule could turn this recipient into one that may be relayed.
        if (!_runtime.RuleSet.ReplacesRecipients && !_runtime.Identities.Covers(recipient))
        {
            IntakeLog.RecipientUnverified(services.Logger, _runtime.IngressPointName, recipient, session.Client, _reversePath, session.Id);
            services.Metrics.Refused(_runtime.IngressPointName, "identity");
            return Refusal550("Recipient is not of a domain served here");
        }

        return null;
    }

    private SmtpReply Accept(string recipient, RecipientOptions? options)
    {
        _workspace!.Recipients.Add(recipient);
        _workspace.Requested.Add(options);
        return StandardReplies.RecipientOk;
    }

    private async ValueTask<SmtpReply> AskGuardAsync(
        ClientGuard guard, string recipient, RecipientOptions? options, CancellationToken cancellationToken)
    {
        var isAuthenticated = session.AuthenticatedAs is not null || session.ClientCertificate is not null;
        if (await guard.CheckAsync(_reversePath, recipient, isAuthenticated, _runtime.Identities.Covers(recipient), cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            services.Metrics.Refused(_runtime.IngressPointName, "protection");
            return refusal;
        }

        return Accept(recipient, options);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpReply> StoreAsync(
        IntakeWorkspace workspace, DeliveryPlan plan, ImmutableArray<DeliveryInstructions> deliveries, int headerLength, MessageId id)
    {
        var size = workspace.Buffer.Length;
        var envelope = workspace.Requested.Complete(new MessageEnvelope(_reversePath, [.. workspace.Recipients], _body));
        var notification = plan.Notify(_reversePath, headerLength);
        var content = deliveries.IsEmpty ? null : workspace.Buffer.Detach();
        try
        {
            var result = await plan.AcceptAsync(envelope, deliveries, content, notification).ConfigureAwait(false);
            if (result != AcceptResult.Committed)
            {
                IntakeLog.StorageRefused(services.Logger, null, session.Client, _runtime.IngressPointName, result, session.Id);
                services.Metrics.Refused(_runtime.IngressPointName, "storage");
                content?.File?.Delete();
                return StandardReplies.InsufficientStorage;
            }

            if (deliveries.IsEmpty && notification is null)
            {
                IntakeLog.Dropped(
                    services.Logger, id, _runtime.RuleSet.Name, _runtime.IngressPointName, _reversePath, new RecipientList(envelope.Recipients), session.Id);
            }
            else
            {
                IntakeLog.Accepted(
                    services.Logger, id, _runtime.IngressPointName, session.Client, session.Helo, session.TlsCipherSuite ?? "none", _reversePath,
                    new RecipientList(envelope.Recipients), size, deliveries.Length, workspace.Evaluation.Dropped.Count, workspace.Failed.Count, session.Id);
            }

            services.Metrics.Accepted(_runtime.IngressPointName, size);
            return new SmtpReply(250, new EnhancedStatus(2, 0, 0), $"Ok: queued as {id}");
        }
        finally
        {
            content?.Release();
            notification?.Content.Release();
            Reset();
        }
    }

    private SmtpReply? Refusal(DataFaults faults, MessageBuffer buffer)
    {
        if (faults != DataFaults.None)
        {
            IntakeLog.DataRefused(services.Logger, _runtime.IngressPointName, session.Client, _reversePath, faults, session.Id);
            services.Metrics.Refused(_runtime.IngressPointName, "data");
            return faults.HasFlag(DataFaults.TooLarge) ? StandardReplies.MessageTooLarge : StandardReplies.BareLineEnds;
        }

        switch (buffer.Fault)
        {
            case BufferFault.HeaderTooLarge:
                return Refused("its header block is too large", "data", StandardReplies.HeaderTooLarge);
            case BufferFault.Storage:
                IntakeLog.StorageRefused(
                    services.Logger, buffer.StorageException, session.Client, _runtime.IngressPointName, AcceptResult.StorageFailed, session.Id);
                services.Metrics.Refused(_runtime.IngressPointName, "storage");
                return StandardReplies.InsufficientStorage;
            default:
                return null;
        }
    }

    private SmtpReply Refused(string reason, string metric, in SmtpReply reply)
    {
        IntakeLog.MessageRefused(services.Logger, _runtime.IngressPointName, session.Client, _reversePath, reason, session.Id);
        services.Metrics.Refused(_runtime.IngressPointName, metric);
        Reset();
        return reply;
    }

    private SmtpReply NotAllowed() => Refusal550($"Not allowed by policy {_runtime.Policy.Name}");

    /// <summary>The session's id leads the operator to the reason in the log; the client learns nothing of the rules.</summary>
    private SmtpReply Refusal550(string text) => new(550, new EnhancedStatus(5, 7, 1), $"{text} (ref {session.Id})");
}
