using System.Runtime.CompilerServices;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>
/// One mail transaction (RFC 5321 §3.3). With PIPELINING (RFC 2920), MAIL, all RCPT and DATA leave in one flush; without it, each command
/// waits for its reply. Both are the same code: a reply is read where it is due, and reading flushes what was written.
/// </summary>
internal static class SmtpTransaction
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<SmtpTransactionResult> RunAsync(SmtpClientConnection connection, OutgoingMessage message)
    {
        if (TransactionTerms.Agree(connection, message, out var terms) is { } refusal)
        {
            return new SmtpTransactionResult(default, refusal, null, CanContinue: true);
        }

        var isPipelined = connection.Capabilities.Pipelining;
        var resets = connection.NeedsReset;
        Start(connection, message, terms, isPipelined);
        if (resets)
        {
            var reset = await connection.ReadReplyAsync(connection.Timeouts.Mail).ConfigureAwait(false);
            if (!reset.Reply.IsPositive)
            {
                // RSET cannot be refused (RFC 5321 §4.1.1.5): the connection is out of step, which says nothing about this message.
                return new(default, SmtpFailure.Fault(SmtpPhase.Mail, reset.IsReply ? ReplyFault.Closed : reset.Fault), null, CanContinue: false);
            }

            if (!isPipelined)
            {
                WriteMail(connection, message, terms);
            }
        }

        var mail = await connection.ReadReplyAsync(connection.Timeouts.Mail).ConfigureAwait(false);
        if (!mail.IsReply)
        {
            return Lost(SmtpPhase.Mail, mail.Fault, null);
        }

        connection.NeedsReset = true;
        var failure = mail.Reply.IsPositive ? null : SmtpFailure.Refused(SmtpPhase.Mail, mail.Reply);
        if (failure is not null && (!isPipelined || mail.Reply.Code == 421))
        {
            return new SmtpTransactionResult(default, failure, null, CanContinue: mail.Reply.Code != 421);
        }

        var refused = terms.LeftOut;
        var accepted = 0;
        for (var i = 0; i < message.Recipients.Length; i++)
        {
            if (refused?[i] is not null)
            {
                continue;
            }

            if (!isPipelined)
            {
                WriteRecipient(connection, message, terms, i);
            }

            var recipient = await connection.ReadReplyAsync(connection.Timeouts.Recipient).ConfigureAwait(false);
            if (!recipient.IsReply)
            {
                return failure is null ? Lost(SmtpPhase.Recipient, recipient.Fault, refused) : new(default, failure, null, CanContinue: false);
            }

            if (recipient.Reply.IsPositive)
            {
                accepted++;
            }
            else if (failure is null)
            {
                refused ??= new SmtpFailure?[message.Recipients.Length];
                refused[i] = SmtpFailure.Refused(SmtpPhase.Recipient, recipient.Reply);
            }

            if (recipient.Reply.Code == 421)
            {
                return new(default, failure ?? refused?[i], refused, CanContinue: false);
            }
        }

        var isWanted = accepted > 0 && failure is null;
        if (terms.IsChunked)
        {
            return isWanted
                ? await ChunkedContent.SendAsync(connection, message, refused).ConfigureAwait(false)
                : new SmtpTransactionResult(default, failure, refused, CanContinue: true);
        }

        if (!isPipelined)
        {
            if (!isWanted)
            {
                return new SmtpTransactionResult(default, failure, refused, CanContinue: true);
            }

            CommandWriter.Write(connection.Output, "DATA\r\n"u8);
        }

        var data = await connection.ReadReplyAsync(connection.Timeouts.Data).ConfigureAwait(false);
        if (data.Reply.Code != 354)
        {
            return WithoutContent(data, failure, refused, terms, isWanted);
        }

        // Nothing is due before the content has come: what is there already would be taken for its reply.
        if (isWanted && connection.HasBufferedInput())
        {
            return new SmtpTransactionResult(
                default, new SmtpFailure(SmtpParty.Peer, SmtpPhase.Data, default, "replies out of step at DATA"), terms.LeftOut, CanContinue: false);
        }

        return isWanted
            ? await SendContentAsync(connection, message, refused).ConfigureAwait(false)
            : await EndEmptyAsync(connection, failure, refused).ConfigureAwait(false);
    }

    private static void Start(SmtpClientConnection connection, in OutgoingMessage message, in TransactionTerms terms, bool isPipelined)
    {
        if (connection.NeedsReset)
        {
            CommandWriter.Write(connection.Output, "RSET\r\n"u8);
            connection.NeedsReset = false;
            if (!isPipelined)
            {
                return;
            }
        }

        WriteMail(connection, message, terms);
        if (!isPipelined)
        {
            return;
        }

        for (var i = 0; i < message.Recipients.Length; i++)
        {
            if (terms.LeftOut?[i] is null)
            {
                WriteRecipient(connection, message, terms, i);
            }
        }

        if (!terms.IsChunked)
        {
            CommandWriter.Write(connection.Output, "DATA\r\n"u8);
        }
    }

    private static void WriteMail(SmtpClientConnection connection, in OutgoingMessage message, in TransactionTerms terms) =>
        CommandWriter.WriteMail(connection.Output, message.ReversePath, connection.Capabilities.Size ? message.Size : -1, terms.Body, terms.Options);

    private static void WriteRecipient(SmtpClientConnection connection, in OutgoingMessage message, in TransactionTerms terms, int recipient) =>
        CommandWriter.WriteRecipient(
            connection.Output,
            message.Recipients.Span[recipient],
            terms.IsUtf8,
            terms.WithDsn && !message.RecipientOptions.IsEmpty ? message.RecipientOptions.Span[recipient] : null);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<SmtpTransactionResult> SendContentAsync(SmtpClientConnection connection, OutgoingMessage message, SmtpFailure?[]? refused)
    {
        var written = await MessageDataWriter.WriteAsync(connection, message).ConfigureAwait(false);
        if (written != DataWriteResult.Done)
        {
            // Without its final dot the server must discard what it has (RFC 5321 §4.1.1.4); to make sure that no dot follows, hang up.
            connection.Abort();
            return new SmtpTransactionResult(default, ContentFailure(written), refused, CanContinue: false);
        }

        if (connection.IsLmtp)
        {
            return await LmtpReplies.ReadAsync(connection, message, refused).ConfigureAwait(false);
        }

        var end = await connection.ReadReplyAsync(connection.Timeouts.EndOfData).ConfigureAwait(false);
        if (!end.IsReply)
        {
            return Lost(SmtpPhase.EndOfData, end.Fault, refused);
        }

        connection.NeedsReset = !end.Reply.IsPositive;
        if (!end.Reply.IsPositive)
        {
            return new(default, SmtpFailure.Refused(SmtpPhase.EndOfData, end.Reply), refused, CanContinue: end.Reply.Code is >= 400 and not 421);
        }

        return new SmtpTransactionResult(end.Reply, null, refused, CanContinue: true) { OffersDsn = connection.Capabilities.Dsn };
    }

    /// <summary>Every RCPT was refused, yet DATA accepted: a lone dot ends it (RFC 2920 §3.1), and whatever is said to it, nothing was delivered.</summary>
    private static async ValueTask<SmtpTransactionResult> EndEmptyAsync(SmtpClientConnection connection, SmtpFailure? failure, SmtpFailure?[]? refused)
    {
        if (connection.IsLmtp)
        {
            // It had to refuse DATA (RFC 2033 §4.2); how many replies it would give to a dot, for nobody, nothing says.
            return new SmtpTransactionResult(default, failure, refused, CanContinue: false);
        }

        CommandWriter.Write(connection.Output, ".\r\n"u8);
        var end = await connection.ReadReplyAsync(connection.Timeouts.EndOfData).ConfigureAwait(false);
        return new SmtpTransactionResult(default, failure, refused, CanContinue: end.IsReply && end.Reply.Code != 421);
    }

    private static SmtpTransactionResult WithoutContent(
        in ReplyRead data, SmtpFailure? failure, SmtpFailure?[]? refused, in TransactionTerms terms, bool isWanted)
    {
        if (!isWanted)
        {
            // The refusal of DATA is what follows from the refusals before it.
            return new SmtpTransactionResult(default, failure, refused, CanContinue: data.IsReply && data.Reply.Code is >= 400 and not 421);
        }

        if (!data.IsReply)
        {
            return Lost(SmtpPhase.Data, data.Fault, refused);
        }

        if (data.Reply.Code < 400)
        {
            // No reply to DATA: the replies are out of step, and which recipient a refusal before it was meant for is not certain.
            return new SmtpTransactionResult(default, SmtpFailure.Refused(SmtpPhase.Data, data.Reply), terms.LeftOut, CanContinue: false);
        }

        return new SmtpTransactionResult(default, SmtpFailure.Refused(SmtpPhase.Data, data.Reply), refused, CanContinue: data.Reply.Code != 421);
    }

    private static SmtpTransactionResult Lost(SmtpPhase phase, ReplyFault fault, SmtpFailure?[]? refused) =>
        new(default, SmtpFailure.Fault(phase, fault), refused, CanContinue: false);

    private static SmtpFailure ContentFailure(DataWriteResult result) => result switch
    {
        DataWriteResult.Forbidden => SmtpFailure.Local(SmtpPhase.Content, "message holds a bare CR, a bare LF or a NUL and must not be sent", new EnhancedStatus(5, 6, 0)),
        DataWriteResult.Unreadable => SmtpFailure.Local(SmtpPhase.Content, "message cannot be read from the spool"),
        DataWriteResult.TimedOut => SmtpFailure.Fault(SmtpPhase.Content, ReplyFault.TimedOut),
        _ => SmtpFailure.Fault(SmtpPhase.Content, ReplyFault.Closed),
    };
}
