using System.Buffers;
using System.Text;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>What the session has to do after a command.</summary>
internal enum NextStep : byte
{
    /// <summary>Nothing special: take the next command.</summary>
    Continue,

    /// <summary>All complete lines are done: answer them and wait for more input.</summary>
    ReadMore,

    /// <summary>354 was given: what follows is message data.</summary>
    ReceiveData,

    /// <summary>220 was given: the TLS handshake follows.</summary>
    StartTls,

    /// <summary>Send what was answered and close.</summary>
    Close,
}

/// <summary>
/// The protocol state of one session: takes commands, asks the handler, writes replies. Knows no pipe and never waits, so that all commands which
/// have arrived are answered before the session flushes once (PIPELINING, RFC 2920).
/// </summary>
internal sealed class SmtpDialogue(SmtpServerOptions options, SmtpSessionInfo session, ISmtpSessionHandler handler)
{
    private SessionState _state = SessionState.Connected;
    private int _recipients;
    private int _errors;

    /// <summary>Where replies go; changes with STARTTLS.</summary>
    public required IBufferWriter<byte> Output { get; set; }

    /// <summary>MAIL was accepted and the transaction has not ended.</summary>
    public bool IsInTransaction => _state >= SessionState.MailGiven;

    /// <summary>The sink of the data phase that <see cref="NextStep.ReceiveData"/> announces.</summary>
    public IMessageSink? Sink { get; private set; }

    /// <summary>Answers the new connection.</summary>
    public NextStep Greet()
    {
        var greeting = handler.Connect();
        ReplyWriter.Write(Output, greeting);
        return greeting.Code == 220 ? NextStep.Continue : NextStep.Close;
    }

    /// <summary>Executes all complete lines of the buffer, which afterwards starts at what is not yet used.</summary>
    public NextStep Execute(ref ReadOnlySequence<byte> buffer)
    {
        while (true)
        {
            var step = CommandFramer.Read(ref buffer, out var line) switch
            {
                FrameStatus.Line when line.IsSingleSegment => Execute(line.FirstSpan, isLast: buffer.IsEmpty),
                FrameStatus.Line => ExecuteSegmented(line, isLast: buffer.IsEmpty),
                FrameStatus.BareLineFeed => Answer(StandardReplies.LineEndMustBeCrLf),
                FrameStatus.TooLong => AnswerAndClose(StandardReplies.LineTooLong),
                _ => NextStep.ReadMore,
            };
            if (step != NextStep.Continue)
            {
                return step;
            }
        }
    }

    /// <summary>Answers the end of the data phase, which also ends the transaction.</summary>
    public NextStep EndData(in SmtpReply reply)
    {
        EndTransaction();
        return Answer(reply);
    }

    /// <summary>TLS is up: everything the client said in clear text is forgotten (RFC 3207 §4.2).</summary>
    public void Restart()
    {
        ResetTransaction();
        session.Helo = string.Empty;
        session.IsExtended = false;
        session.Revision++;
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
            handler.Reset();
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
        var command = CommandLine.Parse(line);
        if (CommandOrder.Refusal(command.Verb, _state) is { } refusal)
        {
            return Answer(refusal);
        }

        return command.Verb switch
        {
            SmtpVerb.Mail => Mail(command.Argument),
            SmtpVerb.Rcpt => Recipient(command.Argument),
            SmtpVerb.Data => Data(command.Argument),
            SmtpVerb.Ehlo => Hello(command.Argument, isExtended: true),
            SmtpVerb.Helo => Hello(command.Argument, isExtended: false),
            SmtpVerb.Rset => Reset(command.Argument),
            SmtpVerb.Noop => Answer(StandardReplies.Ok),
            SmtpVerb.Quit => AnswerAndClose(StandardReplies.Goodbye),
            SmtpVerb.StartTls => StartTls(command.Argument, isLast),
            SmtpVerb.Vrfy => Answer(StandardReplies.CannotVerify),
            SmtpVerb.Expn => Answer(StandardReplies.NotImplemented),
            SmtpVerb.Help => Answer(StandardReplies.Help),
            _ => Answer(StandardReplies.UnknownCommand),
        };
    }

    private NextStep Hello(ReadOnlySpan<byte> argument, bool isExtended)
    {
        if (!MailboxSyntax.IsDomainOrLiteral(argument))
        {
            return Answer(StandardReplies.HeloNeedsName);
        }

        ResetTransaction();
        session.Helo = Encoding.ASCII.GetString(argument);
        session.IsExtended = isExtended;
        session.Revision++;
        _state = SessionState.Ready;
        return Answer(isExtended ? EhloReply() : new SmtpReply(250, options.Hostname));
    }

    private SmtpReply EhloReply()
    {
        var offersTls = options.Tls is not null && session.TlsCipherSuite is null;
        return new SmtpReply(250, $"{options.Hostname}\nPIPELINING\nSIZE {handler.MaxMessageSize}\n8BITMIME\nENHANCEDSTATUSCODES{(offersTls ? "\nSTARTTLS" : "")}");
    }

    private NextStep Mail(ReadOnlySpan<byte> argument)
    {
        if (options.RequireTls && session.TlsCipherSuite is null)
        {
            return Answer(StandardReplies.MustStartTls);
        }

        if (!MailCommand.TryParse(argument, out var command, out var refusal))
        {
            return Answer(refusal);
        }

        if (command.Size > handler.MaxMessageSize)
        {
            return Answer(StandardReplies.MessageTooLarge);
        }

        var reply = handler.Mail(command);
        if (reply.IsPositive)
        {
            _state = SessionState.MailGiven;
        }

        return Answer(reply);
    }

    private NextStep Recipient(ReadOnlySpan<byte> argument)
    {
        if (!RcptCommand.TryParse(argument, out var command, out var refusal))
        {
            return Answer(refusal);
        }

        if (_recipients >= options.MaxRecipients)
        {
            return Answer(StandardReplies.TooManyRecipients);
        }

        var reply = handler.Recipient(command);
        if (reply.IsPositive)
        {
            _recipients++;
            _state = SessionState.RecipientsGiven;
        }

        return Answer(reply);
    }

    private NextStep Data(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty)
        {
            return Answer(StandardReplies.NoArgument);
        }

        var reply = handler.BeginData(out var sink);
        if (sink is null)
        {
            return Answer(reply);
        }

        Sink = sink;
        ReplyWriter.Write(Output, reply);
        return NextStep.ReceiveData;
    }

    private NextStep Reset(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty)
        {
            return Answer(StandardReplies.NoArgument);
        }

        ResetTransaction();
        return Answer(StandardReplies.Ok);
    }

    private NextStep StartTls(ReadOnlySpan<byte> argument, bool isLast)
    {
        if (session.TlsCipherSuite is not null)
        {
            return Answer(StandardReplies.TlsAlreadyActive);
        }

        if (options.Tls is null)
        {
            return Answer(StandardReplies.NotImplemented);
        }

        if (!argument.IsEmpty)
        {
            return Answer(StandardReplies.NoArgument);
        }

        if (!isLast)
        {
            // Commands sent along in clear text would be taken for what the client says under TLS (CVE-2011-0411).
            return AnswerAndClose(StandardReplies.CommandsAfterStartTls);
        }

        ReplyWriter.Write(Output, StandardReplies.ReadyForTls);
        return NextStep.StartTls;
    }

    private NextStep Answer(in SmtpReply reply)
    {
        ReplyWriter.Write(Output, reply);
        if (reply.Code == 421)
        {
            return NextStep.Close;
        }

        if (reply.Code < 500 || ++_errors < options.MaxErrors)
        {
            return NextStep.Continue;
        }

        return AnswerAndClose(StandardReplies.TooManyErrors);
    }

    private void EndTransaction()
    {
        Sink = null;
        _recipients = 0;
        _state = SessionState.Ready;
    }
}
