using System.Buffers;
using System.IO.Pipelines;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>
/// The protocol state of one session: takes commands, asks the handler, writes replies. Knows no pipe and never waits, so that all commands which
/// have arrived are answered before the session flushes once (PIPELINING, RFC 2920); an answer that takes longer is the session's to wait for.
/// </summary>
internal sealed partial class SmtpDialogue
{
    /// <summary>Octets of replies after which the session sends them before it takes more commands, so that a client cannot pile them up.</summary>
    private const int MaxUnsentReplies = 16 * 1024;

    private readonly SmtpServerOptions _options;
    private readonly SmtpSessionInfo _session;
    private readonly ISmtpSessionHandler _handler;
    private readonly SessionPermit _permit;
    private readonly AuthDialogue? _auth;
    private readonly bool _mayUseXClient;
    private readonly CancellationToken _closed;
    private readonly MailTransaction _transaction = new();
    private ValueTask<SmtpReply> _answer;
    private Pending _pending;
    private SmtpReply _chunkRefusal;
    private SessionState _state = SessionState.Connected;
    private bool _isNextUtf8;
    private bool _isNextBinary;
    private int _transactions;
    private int _errors;
    private int _unknownCommands;

    public SmtpDialogue(SmtpServerOptions options, SmtpSessionInfo session, ISmtpSessionHandler handler, SessionPermit permit, CancellationToken closed)
    {
        _options = options;
        _session = session;
        _handler = handler;
        _permit = permit;
        _closed = closed;
        _auth = options.Authenticator is { } authenticator ? new AuthDialogue(authenticator, session) : null;
        _mayUseXClient = options.XClientFrom.Any(peers => peers.Contains(session.Client.Address));
    }

    /// <summary>Whose answer is waited for.</summary>
    private enum Pending : byte
    {
        Connect,
        Mail,
        Recipient,
        Auth,
    }

    /// <summary>Where replies go; changes with STARTTLS.</summary>
    public required PipeWriter Output { get; set; }

    /// <summary>MAIL was accepted and the transaction has not ended.</summary>
    public bool IsInTransaction => _transaction.IsOpen;

    /// <summary>The transaction whose data <see cref="NextStep.ReceiveData"/> and <see cref="NextStep.ReceiveChunk"/> announce.</summary>
    public MailTransaction Transaction => _transaction;

    /// <summary>The chunk that <see cref="NextStep.ReceiveChunk"/> and <see cref="NextStep.DiscardChunk"/> announce.</summary>
    public BdatCommand Chunk { get; private set; }

    /// <summary>Answers the new connection.</summary>
    public NextStep Greet() => When(_handler.ConnectAsync(_closed), Pending.Connect);

    /// <summary>Waits for the answer that <see cref="NextStep.Wait"/> announced, and gives it.</summary>
    public async ValueTask<NextStep> WaitAsync()
    {
        var answer = _answer;
        _answer = default;
        return Take(await answer.ConfigureAwait(false), _pending);
    }

    /// <summary>Executes all complete lines of the buffer, which afterwards starts at what is not yet used.</summary>
    public NextStep Execute(ref ReadOnlySequence<byte> buffer)
    {
        // AUTH has lines of its own length, in which nobody knows yet whether they are commands.
        var maxLine = _auth is null ? _options.Limits.CommandLine : CommandFramer.MaxLineLength;
        while (true)
        {
            if (Output.UnflushedBytes > MaxUnsentReplies)
            {
                return NextStep.Flush;
            }

            var step = CommandFramer.Read(ref buffer, maxLine, out var line) switch
            {
                FrameStatus.Line when line.IsSingleSegment => Execute(line.FirstSpan, isLast: buffer.IsEmpty),
                FrameStatus.Line => ExecuteSegmented(line, isLast: buffer.IsEmpty),
                FrameStatus.BareLineFeed => RefuseBareLineFeed(),
                FrameStatus.TooLong => AnswerAndClose(StandardReplies.LineTooLong),
                _ => NextStep.ReadMore,
            };
            if (step != NextStep.Continue)
            {
                return step;
            }
        }
    }

    /// <summary>Answers the end of a message, which also ends the transaction. LMTP wants one reply for each recipient (RFC 2033 §4.2).</summary>
    public NextStep EndData(in SmtpReply reply)
    {
        var repeats = _options.IsLmtp ? _transaction.Recipients - 1 : 0;
        EndTransaction();
        for (; repeats > 0; repeats--)
        {
            ReplyWriter.Write(Output, reply);
        }

        return Answer(reply);
    }

    /// <summary>Answers a chunk that does not end the message.</summary>
    public NextStep EndChunk()
    {
        _state = SessionState.Chunking;
        return Answer(StandardReplies.Ok);
    }

    /// <summary>Answers a chunk that was read only to get past it.</summary>
    public NextStep EndDiscardedChunk() => Answer(_chunkRefusal);

    /// <summary>TLS is up: everything the client said in clear text is forgotten (RFC 3207 §4.2).</summary>
    public void Restart()
    {
        ResetTransaction();
        _session.Helo = string.Empty;
        _session.IsExtended = false;
        _session.AuthenticatedAs = null;
        _session.Revision++;
        _state = SessionState.Connected;
    }

    /// <summary>Writes a last reply.</summary>
    public NextStep AnswerAndClose(in SmtpReply reply)
    {
        ReplyWriter.Write(Output, reply);
        return NextStep.Close;
    }

    /// <summary>Gives up the transaction, if there is one.</summary>
    public void ResetTransaction()
    {
        if (IsInTransaction)
        {
            _handler.Reset();
            EndTransaction();
        }
    }

    private NextStep ExecuteSegmented(in ReadOnlySequence<byte> line, bool isLast)
    {
        Span<byte> copy = stackalloc byte[CommandFramer.MaxLineLength];
        line.CopyTo(copy);
        return Execute(copy[..(int)line.Length], isLast);
    }

    private NextStep Execute(ReadOnlySpan<byte> line, bool isLast)
    {
        if (_auth is { IsActive: true })
        {
            return When(_auth.ContinueAsync(line, _closed), Pending.Auth);
        }

        var command = CommandLine.Parse(line);
        if (line.Length > _options.Limits.CommandLine - 2 && command.Verb != SmtpVerb.Auth)
        {
            return Answer(StandardReplies.LineTooLong);
        }

        if (command.Verb == SmtpVerb.Bdat)
        {
            return ReceiveChunk(command.Argument);
        }

        if (CommandOrder.Refusal(command.Verb, _state) is { } refusal)
        {
            return Answer(refusal);
        }

        return command.Verb switch
        {
            SmtpVerb.Mail => Mail(command.Argument),
            SmtpVerb.Rcpt => Recipient(command.Argument),
            SmtpVerb.Data => Data(command.Argument),
            SmtpVerb.Ehlo when !_options.IsLmtp => Hello(command.Argument, isExtended: true),
            SmtpVerb.Helo when !_options.IsLmtp => Hello(command.Argument, isExtended: false),
            SmtpVerb.Lhlo when _options.IsLmtp => Hello(command.Argument, isExtended: true),
            SmtpVerb.Rset => Reset(command.Argument),
            SmtpVerb.Noop => Answer(StandardReplies.Ok),
            SmtpVerb.Quit => AnswerAndClose(StandardReplies.Goodbye),
            SmtpVerb.StartTls => StartTls(command.Argument, isLast),
            SmtpVerb.Auth when _auth is not null => Authenticate(command.Argument),
            SmtpVerb.XClient when _mayUseXClient => XClient(command.Argument),
            SmtpVerb.Vrfy => Answer(StandardReplies.CannotVerify),
            SmtpVerb.Expn => Answer(StandardReplies.NotImplemented),
            SmtpVerb.Help => Answer(StandardReplies.Help),
            SmtpVerb.Foreign => AnswerAndClose(StandardReplies.NotSmtp),
            _ => UnknownCommand(),
        };
    }

    /// <summary>A refusal ends AUTH too (RFC 4954 §4), or the client's next command would be taken for its response.</summary>
    private NextStep RefuseBareLineFeed()
    {
        _auth?.Cancel();
        return Answer(StandardReplies.LineEndMustBeCrLf);
    }

    private NextStep UnknownCommand() =>
        ++_unknownCommands < _options.Limits.UnknownCommands ? Answer(StandardReplies.UnknownCommand) : AnswerAndClose(StandardReplies.TooManyErrors);

    private NextStep When(in ValueTask<SmtpReply> answer, Pending pending)
    {
        if (answer.IsCompletedSuccessfully)
        {
            return Take(answer.Result, pending);
        }

        _answer = answer;
        _pending = pending;
        return NextStep.Wait;
    }

    private NextStep Take(in SmtpReply reply, Pending pending)
    {
        switch (pending)
        {
            case Pending.Connect when reply.Code != 220:
                return AnswerAndClose(reply);
            case Pending.Mail when reply.IsPositive:
                _transactions++;
                _transaction.Begin(_isNextUtf8, _isNextBinary);
                _state = SessionState.MailGiven;
                break;
            case Pending.Mail:
                _permit.EndMessage();
                break;
            case Pending.Recipient when reply.IsPositive:
                _transaction.AddRecipient();
                _state = SessionState.RecipientsGiven;
                break;
            case Pending.Auth when reply.IsPositive:
                _session.AuthenticatedAs = _auth!.TakeIdentity();
                _session.Revision++;
                break;
        }

        return Answer(reply);
    }

    private NextStep Answer(in SmtpReply reply)
    {
        ReplyWriter.Write(Output, reply);
        if (reply.Code == 421)
        {
            return NextStep.Close;
        }

        if (reply.Code < 500)
        {
            return NextStep.Continue;
        }

        if (++_errors >= _options.Limits.Errors)
        {
            return AnswerAndClose(StandardReplies.TooManyErrors);
        }

        return _options.TarpitDelay > TimeSpan.Zero && _errors > _options.TarpitAfterErrors ? NextStep.Pause : NextStep.Continue;
    }

    private void EndTransaction()
    {
        _transaction.End();
        _permit.EndMessage();
        _state = SessionState.Ready;
    }
}
