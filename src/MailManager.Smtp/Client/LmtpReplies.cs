using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>
/// What an LMTP server says when it has the whole message: one reply for each recipient that RCPT accepted, in their order (RFC 2033 §4.2, §4.3),
/// each with <see cref="SmtpClientTimeouts.EndOfData"/> to come.
/// </summary>
internal static class LmtpReplies
{
    /// <param name="connection">After the final dot or BDAT LAST.</param>
    /// <param name="message">What was sent.</param>
    /// <param name="refused">By the index of the recipient, null where RCPT was accepted; null: all were.</param>
    /// <returns>A recipient without a reply has a failure that is no refusal, so that it is tried again.</returns>
    public static async ValueTask<SmtpTransactionResult> ReadAsync(SmtpClientConnection connection, OutgoingMessage message, SmtpFailure?[]? refused)
    {
        SmtpReply taken = default;
        var failures = refused;
        var isRefused = false;
        var canContinue = true;
        for (var i = 0; i < message.Recipients.Length; i++)
        {
            if (failures?[i] is not null)
            {
                continue;
            }

            var end = await connection.ReadReplyAsync(connection.Timeouts.EndOfData).ConfigureAwait(false);
            if (end.Reply.IsPositive)
            {
                taken = end.Reply;
                continue;
            }

            var failure = end.IsReply ? SmtpFailure.Refused(SmtpPhase.EndOfData, end.Reply) : SmtpFailure.Fault(SmtpPhase.EndOfData, end.Fault);
            failures ??= new SmtpFailure?[message.Recipients.Length];
            if (end.Reply.Code < 400)
            {
                // No reply, or none that can stand here: whose result the next one would be is not certain.
                FailRest(failures, i, failure);
                return new SmtpTransactionResult(taken, null, failures, CanContinue: false);
            }

            // After a 421 too: the server may tell how it ended for the others before it closes, and who has the message must not get it twice.
            failures[i] = failure;
            isRefused = true;
            canContinue &= end.Reply.Code != 421;
        }

        connection.NeedsReset = isRefused;
        return new SmtpTransactionResult(taken, null, failures, canContinue) { OffersDsn = connection.Capabilities.Dsn };
    }

    private static void FailRest(SmtpFailure?[] failures, int from, SmtpFailure failure)
    {
        for (var i = from; i < failures.Length; i++)
        {
            failures[i] ??= failure;
        }
    }
}
