using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Mta.Protection;
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
internal sealed class IntakeSession : ISmtpSessionHandler
{
    private readonly IngressService _ingress;
    private readonly IntakeServices _services;
    private readonly SmtpSessionInfo _session;
    private readonly SessionNotes _notes;
    private readonly MessageRefusals _refusals;
    private readonly MessageStore _store;
    private ClientGuard? _guard;

    // Of the transaction.
    private IngressRuntime _runtime;
    private IntakeWorkspace? _workspace;

    /// <summary>On the recipient that is being looked at.</summary>
    private PolicyVerdict _verdict;

    public IntakeSession(IngressService ingress, IntakeServices services, SmtpSessionInfo session)
    {
        _ingress = ingress;
        _services = services;
        _session = session;
        _notes = new SessionNotes(session);
        _refusals = new MessageRefusals(services, session);
        _store = new MessageStore(services, session, _notes);
        _runtime = ingress.Runtime;
    }

    private string ReversePath => _workspace!.ReversePath;

    public long MaxMessageSize => _ingress.Runtime.MaxMessageSize;

    public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken)
    {
        _runtime = _ingress.Runtime;
        return _runtime.NeedsReverseName ? FindNameAsync(cancellationToken) : ValueTask.FromResult(Greet());
    }

    public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken) => ValueTask.FromResult(Mail(command));

    public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
    {
        if (MailboxText.Read(command.ForwardPath) is not { } recipient)
        {
            return ValueTask.FromResult(StandardReplies.BadRecipientAddress);
        }

        if (_services.Srs is { } srs && srs.Owns(recipient))
        {
            var origin = srs.Reverse(recipient);
            if (SrsReply.Refusal(origin, ReversePath, _session.Id) is { } reply)
            {
                IntakeLog.ReturnRefused(_services.Logger, _runtime.IngressPointName, recipient, _session.Client, ReversePath, origin.Fault, _session.Id);
                _services.Metrics.Refused(_runtime.IngressPointName, "srs");
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
        if (_refusals.OfData(faults, workspace, _runtime.IngressPointName) is { } refusal)
        {
            Reset();
            return refusal;
        }

        var headers = workspace.Buffer.IndexHeaders();
        if (HeaderCheck.Refusal(headers.View(workspace.Buffer.Head.Span), headers.Length, _runtime.Limits, _services.Hostname, out var reason) is { } headerRefusal)
        {
            _refusals.Note(reason, "header", workspace, _runtime.IngressPointName);
            Reset();
            return headerRefusal;
        }

        workspace.Input.SetMessage(workspace.ReversePath, workspace.Buffer.Head, headers, workspace.Buffer.Length, workspace.OpenContent);
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
            _refusals.NoteStorage(fault, _runtime.IngressPointName);
            Reset();
            return StandardReplies.InsufficientStorage;
        }

        if (workspace.Evaluation.Refusal is { } notice)
        {
            OutcomeLog.Refused(
                _services.Logger, _runtime.IngressPointName, _session.Client, ReversePath, _runtime.RuleSet, workspace.Evaluation, recipients.Length, _session.Id);
            _services.Metrics.Refused(_runtime.IngressPointName, "rules");
            Reset();
            return new SmtpReply(notice.Code, notice.Status, $"{notice.Text} (ref {_session.Id})");
        }

        try
        {
            return await _store.AcceptAsync(_runtime, workspace, headers.Length).ConfigureAwait(false);
        }
        finally
        {
            Reset();
        }
    }

    public void Reset()
    {
        if (_workspace is not null)
        {
            _ingress.Return(_workspace);
            _workspace = null;
        }
    }

    public void Close() => Reset();

    private async ValueTask<SmtpReply> FindNameAsync(CancellationToken cancellationToken)
    {
        _notes.ReverseName = await _services.ReverseNames.FindAsync(_session.Client.Address).WaitAsync(cancellationToken).ConfigureAwait(false);
        return Greet();
    }

    private SmtpReply Greet()
    {
        if (RefusalAtConnection() is { } refusal)
        {
            return refusal;
        }

        _guard = _services.Protection.Open(_runtime.Protection, _runtime.IngressPointName, _session.Id, _session.Client.Address);
        return new SmtpReply(220, $"{_services.Hostname} {(_session.IsLmtp ? "LMTP" : "ESMTP")} MailManager");
    }

    private SmtpReply Mail(in MailCommand command)
    {
        Reset();
        _runtime = _ingress.Runtime;
        if (MailboxText.Read(command.ReversePath) is not { } reversePath)
        {
            return StandardReplies.BadSenderAddress;
        }

        _workspace = _ingress.Rent();
        _workspace.Input.SetSession(_notes.Facts);
        _workspace.Input.SetSender(reversePath);
        var early = _runtime.Policy.EvaluateEarly(_workspace.Input, PolicyStage.Mail);
        if (early.IsDenied)
        {
            IntakeLog.SenderDenied(_services.Logger, _runtime.IngressPointName, _session.Client, reversePath, _runtime.Policy.Name,
                new PolicyReason(_runtime.Policy, _workspace.Input, early, string.Empty, PolicyStage.Mail), _session.Id);
            Reset();
            return NotAllowed(550, early);
        }

        _workspace.Requested.Set(command);
        _workspace.ReversePath = reversePath;
        _workspace.Body = command.Body;
        return StandardReplies.SenderOk;
    }

    /// <summary>What the policy has against the client whatever it is going to send; null: nothing that is known yet.</summary>
    private SmtpReply? RefusalAtConnection()
    {
        var workspace = _ingress.Rent();
        workspace.Input.SetSession(_notes.Facts);
        var early = _runtime.Policy.EvaluateEarly(workspace.Input, PolicyStage.Connection);
        if (early.IsDenied)
        {
            IntakeLog.ClientDenied(
                _services.Logger, _runtime.IngressPointName, _session.Client, _runtime.Policy.Name,
                new PolicyReason(_runtime.Policy, workspace.Input, early, string.Empty, PolicyStage.Connection), _session.Id);
        }

        _ingress.Return(workspace);
        return early.IsDenied ? NotAllowed(554, early) : null;
    }

    /// <summary>What policy and identities have against a recipient; null: nothing.</summary>
    private SmtpReply? Refusal(string recipient)
    {
        var verdict = _runtime.Policy.Evaluate(_workspace!.Input, recipient);
        if (!verdict.IsAllowed)
        {
            IntakeLog.RecipientDenied(
                _services.Logger, _runtime.IngressPointName, recipient, _session.Client, ReversePath, _runtime.Policy.Name,
                new PolicyReason(_runtime.Policy, _workspace.Input, verdict, recipient, PolicyStage.Recipient), _session.Id);
            return NotAllowed(550, verdict);
        }

        _verdict = verdict;
        if (!_runtime.RuleSet.MayServe(_notes.Facts, ReversePath, recipient))
        {
            IntakeLog.RecipientUnverified(_services.Logger, _runtime.IngressPointName, recipient, _session.Client, ReversePath, _session.Id);
            _services.Metrics.Refused(_runtime.IngressPointName, "identity");
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
        if (await guard.CheckAsync(ReversePath, recipient, _notes.Facts.IsAuthenticated, _runtime.Identities.Covers(recipient), cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            _services.Metrics.Refused(_runtime.IngressPointName, "protection");
            return refusal;
        }

        return Accept(recipient, options);
    }

    private SmtpReply NotAllowed(int code, PolicyVerdict verdict)
    {
        _services.Metrics.Refused(_runtime.IngressPointName, "policy");
        return Refusal(code, _runtime.Policy.ReplyTextOf(verdict) ?? $"Not allowed by policy {_runtime.Policy.Name}");
    }

    private SmtpReply Refusal550(string text) => Refusal(550, text);

    /// <summary>The session's id leads the operator to the reason in the log; the client learns nothing of the rules.</summary>
    private SmtpReply Refusal(int code, string text) => new(code, new EnhancedStatus(5, 7, 1), $"{text} (ref {_session.Id})");
}
