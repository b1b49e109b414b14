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
    private string? _reverseName;
    private ClientGuard? _guard;

    // Of the transaction.
    private IngressRuntime _runtime = ingress.Runtime;
    private IntakeWorkspace? _workspace;
    private string _reversePath = string.Empty;
    private BodyType _body;

    /// <summary>On the recipient that is being looked at.</summary>
    private PolicyVerdict _verdict;

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
                    ReverseName = _reverseName,
                    ClientCertificate = session.ClientCertificate is { } certificate ? ClientCertificateReader.Read(certificate, out _) : null,
                };
            }

            return _facts;
        }
    }

    public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken)
    {
        _runtime = ingress.Runtime;
        return _runtime.NeedsReverseName ? FindNameAsync(cancellationToken) : ValueTask.FromResult(Greet());
    }

    public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken) => ValueTask.FromResult(Mail(command));

    public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
    {
        if (MailboxText.Read(command.ForwardPath) is not { } recipient)
        {
            return ValueTask.FromResult(StandardReplies.BadRecipientAddress);
        }

        if (services.Srs is { } srs && srs.Owns(recipient))
        {
            var origin = srs.Reverse(recipient);
            if (SrsReply.Refusal(origin, _reversePath, session.Id) is { } reply)
            {
                IntakeLog.ReturnRefused(services.Logger, _runtime.IngressPointName, recipient, session.Client, _reversePath, origin.Fault, session.Id);
                services.Metrics.Refused(_runtime.IngressPointName, "srs");
                return ValueTask.FromResult(reply);
            }

            if (!_runtime.Identities.Covers(origin.Address!))
            {
                _workspace!.Returning.Add(origin.Address!);
                return ValueTask.FromResult(StandardReplies.RecipientOk);
            }

            // Its MX may well lead here, and rules say where such mail goes.
            recipient = origin.Address!;
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

        workspace.Input.SetMessage(_reversePath, workspace.Buffer.Head, headers, workspace.Buffer.Length, workspace.OpenContent);
        var recipients = CollectionsMarshal.AsSpan(workspace.Recipients);
        try
        {
            if (!recipients.IsEmpty)
            {
                _runtime.RuleSet.Evaluate(workspace.Input, recipients, workspace.Evaluation);
            }
        }
        catch (IOException fault)
        {
            // Attachments were looked for in the message's file.
            return Unreadable(fault);
        }

        if (workspace.Evaluation.Refusal is { } notice)
        {
            OutcomeLog.Refused(
                services.Logger, _runtime.IngressPointName, session.Client, _reversePath, _runtime.RuleSet, workspace.Evaluation, recipients.Length, session.Id);
            services.Metrics.Refused(_runtime.IngressPointName, "rules");
            Reset();
            return new SmtpReply(notice.Code, notice.Status, $"{notice.Text} (ref {session.Id})");
        }

        return await StoreAsync(workspace, headers.Length).ConfigureAwait(false);
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

    private async ValueTask<SmtpReply> FindNameAsync(CancellationToken cancellationToken)
    {
        _reverseName = await services.ReverseNames.FindAsync(session.Client.Address).WaitAsync(cancellationToken).ConfigureAwait(false);
        _facts = null;
        return Greet();
    }

    private SmtpReply Greet()
    {
        if (RefusalAtConnection() is { } refusal)
        {
            return refusal;
        }

        _guard = services.Protection.Open(_runtime.Protection, _runtime.IngressPointName, session.Id, session.Client.Address);
        return new SmtpReply(220, $"{services.Hostname} {(session.IsLmtp ? "LMTP" : "ESMTP")} MailManager");
    }

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
        _workspace.Input.SetSender(reversePath);
        var early = _runtime.Policy.EvaluateEarly(_workspace.Input, PolicyStage.Mail);
        if (early.IsDenied)
        {
            IntakeLog.SenderDenied(services.Logger, _runtime.IngressPointName, session.Client, reversePath, _runtime.Policy.Name,
                new PolicyReason(_runtime.Policy, _workspace.Input, early, string.Empty, PolicyStage.Mail), session.Id);
            Reset();
            return NotAllowed(550, early);
        }

        _workspace.Requested.Set(command);
        _reversePath = reversePath;
        _body = command.Body;
        return StandardReplies.SenderOk;
    }

    /// <summary>What the policy has against the client whatever it is going to send; null: nothing that is known yet.</summary>
    private SmtpReply? RefusalAtConnection()
    {
        var workspace = ingress.Rent();
        workspace.Input.SetSession(Facts);
        var early = _runtime.Policy.EvaluateEarly(workspace.Input, PolicyStage.Connection);
        if (early.IsDenied)
        {
            IntakeLog.ClientDenied(
                services.Logger, _runtime.IngressPointName, session.Client, _runtime.Policy.Name,
                new PolicyReason(_runtime.Policy, workspace.Input, early, string.Empty, PolicyStage.Connection), session.Id);
        }

        ingress.Return(workspace);
        return early.IsDenied ? NotAllowed(554, early) : null;
    }

    /// <summary>What policy and identities have against a recipient; null: nothing.</summary>
    private SmtpReply? Refusal(string recipient)
    {
        var verdict = _runtime.Policy.Evaluate(_workspace!.Input, recipient);
        if (!verdict.IsAllowed)
        {
            IntakeLog.RecipientDenied(
                services.Logger, _runtime.IngressPointName, recipient, session.Client, _reversePath, _runtime.Policy.Name,
                new PolicyReason(_runtime.Policy, _workspace.Input, verdict, recipient, PolicyStage.Recipient), session.Id);
            return NotAllowed(550, verdict);
        }

        _verdict = verdict;
        if (!_runtime.RuleSet.MayServe(Facts, _reversePath, recipient))
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
        _workspace.Verdicts.Add(_verdict);
        _workspace.Requested.Add(options);
        return StandardReplies.RecipientOk;
    }

    private async ValueTask<SmtpReply> AskGuardAsync(
        ClientGuard guard, string recipient, RecipientOptions? options, CancellationToken cancellationToken)
    {
        if (await guard.CheckAsync(_reversePath, recipient, Facts.IsAuthenticated, _runtime.Identities.Covers(recipient), cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            services.Metrics.Refused(_runtime.IngressPointName, "protection");
            return refusal;
        }

        return Accept(recipient, options);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpReply> StoreAsync(IntakeWorkspace workspace, int headerLength)
    {
        var size = workspace.Buffer.Length;
        var id = MessageId.New(services.Time.GetUtcNow());
        var plan = new DeliveryPlan(services, _runtime, workspace, Facts, id);
        var deliveries = plan.Build(_reversePath);
        var envelope = workspace.Requested.Complete(new MessageEnvelope(_reversePath, workspace.AllRecipients(), _body));
        try
        {
            new NotificationPlan(services, _runtime, workspace, id, _reversePath, plan.ReceivedAt, headerLength).AddTo(workspace.Outbox);
            var content = deliveries.IsEmpty ? null : workspace.Buffer.Detach();
            if (content is not null)
            {
                workspace.Outbox.Add(plan.Complete(envelope, deliveries, content));
            }

            // All of it becomes durable at once. Dropped whole, there is nothing.
            var result = workspace.Outbox.Count == 0
                ? AcceptResult.Committed
                : await services.Queue.AcceptAsync(CollectionsMarshal.AsSpan(workspace.Outbox)).ConfigureAwait(false);
            if (result != AcceptResult.Committed)
            {
                IntakeLog.StorageRefused(services.Logger, null, session.Client, _runtime.IngressPointName, result, session.Id);
                services.Metrics.Refused(_runtime.IngressPointName, "storage");
                content?.File?.Delete();
                return StandardReplies.InsufficientStorage;
            }

            LogAccepted(workspace, envelope, id, size, deliveries.Length);
            services.Metrics.Accepted(_runtime.IngressPointName, size);
            return new SmtpReply(250, new EnhancedStatus(2, 0, 0), $"Ok: queued as {id}");
        }
        finally
        {
            foreach (var message in workspace.Outbox)
            {
                message.Content.Release();
            }

            Reset();
        }
    }

    private void LogAccepted(IntakeWorkspace workspace, MessageEnvelope envelope, MessageId id, long size, int deliveries)
    {
        var evaluation = workspace.Evaluation;
        var failed = evaluation.Uncovered.Count + evaluation.Rejections.Sum(group => group.Recipients.Count) + evaluation.Bounces.Sum(group => group.Recipients.Count);
        if (deliveries == 0 && failed == 0)
        {
            IntakeLog.Dropped(
                services.Logger, id, _runtime.RuleSet.Name, _runtime.IngressPointName, _reversePath, new RecipientList(envelope.Recipients), session.Id);
        }
        else
        {
            IntakeLog.Accepted(
                services.Logger, id, _runtime.IngressPointName, session.Client, session.Helo, session.TlsCipherSuite ?? "none", _reversePath,
                new RecipientList(envelope.Recipients), size, deliveries, evaluation.Dropped, failed,
                new RuleList(_runtime.RuleSet, evaluation), new StatementList(_runtime.Policy, workspace.Input, workspace.Recipients, workspace.Verdicts), session.Id);
        }

        OutcomeLog.Accepted(services.Logger, id, _runtime.RuleSet, evaluation, workspace.Recipients, session.Id);
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

    private SmtpReply Unreadable(IOException fault)
    {
        IntakeLog.StorageRefused(services.Logger, fault, session.Client, _runtime.IngressPointName, AcceptResult.StorageFailed, session.Id);
        services.Metrics.Refused(_runtime.IngressPointName, "storage");
        Reset();
        return StandardReplies.InsufficientStorage;
    }

    private SmtpReply Refused(string reason, string metric, in SmtpReply reply)
    {
        IntakeLog.MessageRefused(services.Logger, _runtime.IngressPointName, session.Client, _reversePath, reason, session.Id);
        services.Metrics.Refused(_runtime.IngressPointName, metric);
        Reset();
        return reply;
    }

    private SmtpReply NotAllowed(int code, PolicyVerdict verdict)
    {
        services.Metrics.Refused(_runtime.IngressPointName, "policy");
        return Refusal(code, _runtime.Policy.ReplyTextOf(verdict) ?? $"Not allowed by policy {_runtime.Policy.Name}");
    }

    private SmtpReply Refusal550(string text) => Refusal(550, text);

    /// <summary>The session's id leads the operator to the reason in the log; the client learns nothing of the rules.</summary>
    private SmtpReply Refusal(int code, string text) => new(code, new EnhancedStatus(5, 7, 1), $"{text} (ref {session.Id})");
}
