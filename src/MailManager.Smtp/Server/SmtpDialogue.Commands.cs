using System.Net;
using System.Text;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>The commands, each in order when it gets here.</summary>
internal sealed partial class SmtpDialogue
{
    private NextStep Hello(ReadOnlySpan<byte> argument, bool isExtended)
    {
        if (!MailboxSyntax.IsDomainOrLiteral(argument))
        {
            return Answer(StandardReplies.HeloNeedsName);
        }

        ResetTransaction();
        _session.Helo = Encoding.ASCII.GetString(argument);
        _session.IsExtended = isExtended;
        _session.Revision++;
        _state = SessionState.Ready;
        return Answer(isExtended
            ? EhloReply.Create(_options, _session, _handler.MaxMessageSize, _auth, _mayUseXClient)
            : new SmtpReply(250, _options.Hostname));
    }

    private NextStep Mail(ReadOnlySpan<byte> argument)
    {
        if ((_options.RequireTls || _options.RequireAuthentication) && _session.TlsCipherSuite is null)
        {
            return Answer(StandardReplies.MustStartTls);
        }

        if (_options.RequireAuthentication && _session.AuthenticatedAs is null)
        {
            return Answer(StandardReplies.MustAuthenticate);
        }

        if (!MailCommand.TryParse(argument, out var command, out var refusal))
        {
            return Answer(refusal);
        }

        if (command.RequireTls && _session.TlsCipherSuite is null)
        {
            // Offered only under TLS (RFC 8689 §2).
            return Answer(StandardReplies.UnknownParameter);
        }

        if (command.Size > _handler.MaxMessageSize)
        {
            return Answer(StandardReplies.MessageTooLarge);
        }

        if (_transactions >= _options.Limits.Transactions)
        {
            return AnswerAndClose(StandardReplies.TooManyTransactions);
        }

        if (!_permit.TryBeginMessage(out refusal))
        {
            return Answer(refusal);
        }

        _isNextUtf8 = command.IsUtf8;
        _isNextBinary = command.Body == BodyType.BinaryMime;
        return When(_handler.MailAsync(command, _closed), Pending.Mail);
    }

    private NextStep Recipient(ReadOnlySpan<byte> argument)
    {
        if (!RcptCommand.TryParse(argument, out var command, out var refusal))
        {
            return Answer(refusal);
        }

        if (!_transaction.IsUtf8 && !Ascii.IsValid(command.ForwardPath))
        {
            return Answer(StandardReplies.AddressNeedsSmtpUtf8);
        }

        if (_transaction.Recipients >= _options.Limits.Recipients)
        {
            return Answer(StandardReplies.TooManyRecipients);
        }

        return _permit.TryTakeRecipient()
            ? When(_handler.RecipientAsync(command, _closed), Pending.Recipient)
            : Answer(GovernorReplies.TooManyRecipientsLately);
    }

    private NextStep Data(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty)
        {
            return Answer(StandardReplies.NoArgument);
        }

        if (_transaction.IsBinary)
        {
            return Answer(StandardReplies.BinaryNeedsBdat);
        }

        var reply = _handler.BeginData(out var sink);
        if (sink is null)
        {
            return Answer(reply);
        }

        _transaction.BeginData(sink, _handler.MaxMessageSize);
        ReplyWriter.Write(Output, reply);
        return NextStep.ReceiveData;
    }

    /// <summary>Whatever is wrong with BDAT, its octets come: they are read and never taken for commands (RFC 3030 §2).</summary>
    private NextStep ReceiveChunk(ReadOnlySpan<byte> argument)
    {
        if (!BdatCommand.TryParse(argument, out var chunk))
        {
            return AnswerAndClose(StandardReplies.BdatSyntax);
        }

        Chunk = chunk;
        if (CommandOrder.Refusal(SmtpVerb.Bdat, _state) is { } refusal)
        {
            return Discard(refusal);
        }

        if (_transaction.Sink is null)
        {
            var reply = _handler.BeginData(out var sink);
            if (sink is null)
            {
                // The message lacks this chunk from now on: were the next one taken, it would be accepted without it.
                ResetTransaction();
                return Discard(reply);
            }

            _transaction.BeginData(sink, _handler.MaxMessageSize);
        }

        _transaction.Chunks.Expect(chunk.Size);
        return chunk.Size > _handler.MaxMessageSize ? Discard(StandardReplies.MessageTooLarge) : NextStep.ReceiveChunk;
    }

    /// <summary>A chunk that is larger than any message is not worth the reading.</summary>
    private NextStep Discard(in SmtpReply refusal)
    {
        if (Chunk.Size > _handler.MaxMessageSize)
        {
            return AnswerAndClose(refusal);
        }

        _chunkRefusal = refusal;
        return NextStep.DiscardChunk;
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
        if (_session.TlsCipherSuite is not null)
        {
            return Answer(StandardReplies.TlsAlreadyActive);
        }

        if (_options.Tls is null)
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

    private NextStep Authenticate(ReadOnlySpan<byte> argument)
    {
        if (_session.TlsCipherSuite is null)
        {
            return Answer(StandardReplies.MustStartTls);
        }

        return _session.AuthenticatedAs is null
            ? When(_auth!.BeginAsync(argument, _closed), Pending.Auth)
            : Answer(StandardReplies.AlreadyAuthenticated);
    }

    /// <summary>The session starts again as the client's that the front end tells of, with a new greeting.</summary>
    private NextStep XClient(ReadOnlySpan<byte> argument)
    {
        if (!XClientCommand.TryParse(argument, out var command))
        {
            return Answer(StandardReplies.XClientSyntax);
        }

        _session.Client = new IPEndPoint(command.Address ?? _session.Client.Address, command.Port ?? _session.Client.Port);
        _session.Local = new IPEndPoint(command.LocalAddress ?? _session.Local.Address, command.LocalPort ?? _session.Local.Port);
        Restart();

        // Of the front end, not of the client.
        _session.ClientCertificate = null;
        _session.Helo = command.Helo ?? string.Empty;
        _session.IsExtended = command.IsExtended ?? false;
        return _permit.TryAdmit(_session.Client.Address, _options.Group, _options.MaxGroupSessions, out var refusal)
            ? Greet()
            : AnswerAndClose(refusal);
    }
}
