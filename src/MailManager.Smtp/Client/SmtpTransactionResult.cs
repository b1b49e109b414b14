using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>How a transaction ended. The usual case, all delivered, carries no object but the reply's text.</summary>
/// <param name="Reply">Of the server to the final dot, when it took the message, in LMTP for the last recipient for whom it did; else code 0.</param>
/// <param name="Failure">Of every recipient that has none of its own; null: those were delivered.</param>
/// <param name="RecipientFailures">By the index of the recipient, null where RCPT was accepted, and in LMTP the message delivered; null: everywhere.</param>
/// <param name="CanContinue">The connection can carry another message.</param>
public readonly record struct SmtpTransactionResult(SmtpReply Reply, SmtpFailure? Failure, SmtpFailure?[]? RecipientFailures, bool CanContinue)
{
    /// <summary>The server offers DSN (RFC 3461): what it took, it notifies of.</summary>
    public bool OffersDsn { get; init; }

    /// <summary>How it ended for one recipient; null: delivered.</summary>
    public SmtpFailure? FailureOf(int recipient) => RecipientFailures?[recipient] ?? Failure;

    /// <summary>
    /// The connection was lost, or the server said that it closes it (421), before anything of this message was accepted: a kept one was stale.
    /// </summary>
    public bool IsLostBeforeMail => Failure is { Phase: SmtpPhase.Mail } failure && (failure.Party == SmtpParty.Network || failure.Reply.Code == 421);
}
