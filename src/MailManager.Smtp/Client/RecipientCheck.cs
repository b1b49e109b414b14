using System.Text;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>
/// Asks a server whether it would take mail for a recipient: MAIL with the null reverse-path, RCPT, and RSET, so that the connection can be used
/// again. With PIPELINING (RFC 2920) all in one flush.
/// </summary>
public static class RecipientCheck
{
    /// <summary>On an open connection without a transaction. The failure is null when the recipient is accepted.</summary>
    /// <returns>What failed, and whether the connection can be used for more.</returns>
    public static async ValueTask<(SmtpFailure? Failure, bool CanContinue)> RunAsync(SmtpClientConnection connection, string recipient)
    {
        var isUtf8 = !Ascii.IsValid(recipient);
        if (!CommandWriter.IsSafePath(recipient, isUtf8))
        {
            return (SmtpFailure.Local(SmtpPhase.Recipient, "the recipient's address cannot be sent in a command", new EnhancedStatus(5, 1, 3)), true);
        }

        if (isUtf8 && !connection.Capabilities.SmtpUtf8)
        {
            return (SmtpFailure.Local(SmtpPhase.Recipient, "the server does not offer SMTPUTF8, which the recipient needs", new EnhancedStatus(5, 6, 7)), true);
        }

        var isPipelined = connection.Capabilities.Pipelining;
        CommandWriter.WriteMail(connection.Output, string.Empty, size: -1, BodyType.SevenBit, isUtf8 ? new MailOptions { IsUtf8 = true } : null);
        if (isPipelined)
        {
            CommandWriter.WriteRecipient(connection.Output, recipient, isUtf8, options: null);
            CommandWriter.Write(connection.Output, "RSET\r\n"u8);
        }

        var failure = Failure(SmtpPhase.Mail, await connection.ReadReplyAsync(connection.Timeouts.Mail).ConfigureAwait(false), out var isOpen);
        if (isOpen && (isPipelined || failure is null))
        {
            if (!isPipelined)
            {
                CommandWriter.WriteRecipient(connection.Output, recipient, isUtf8, options: null);
            }

            // After a refused MAIL, the refusal of RCPT says nothing about the recipient.
            var refused = Failure(SmtpPhase.Recipient, await connection.ReadReplyAsync(connection.Timeouts.Recipient).ConfigureAwait(false), out isOpen);
            failure ??= refused;
        }

        return (failure, isOpen && await ResetAsync(connection, isPipelined).ConfigureAwait(false));
    }

    private static async ValueTask<bool> ResetAsync(SmtpClientConnection connection, bool isSent)
    {
        if (!isSent)
        {
            CommandWriter.Write(connection.Output, "RSET\r\n"u8);
        }

        var reset = await connection.ReadReplyAsync(connection.Timeouts.Mail).ConfigureAwait(false);
        return reset.Reply.IsPositive;
    }

    private static SmtpFailure? Failure(SmtpPhase phase, in ReplyRead read, out bool isOpen)
    {
        isOpen = read.IsReply && read.Reply.Code != 421;
        return !read.IsReply ? SmtpFailure.Fault(phase, read.Fault)
            : read.Reply.IsPositive ? null
            : SmtpFailure.Refused(phase, read.Reply);
    }
}
