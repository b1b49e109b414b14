using MailManager.Delivery.Shaping;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Retry;

/// <summary>
/// The one place that decides between another attempt and a notification, and which status the notification gives.
/// </summary>
/// <remarks>
/// Before MAIL, nothing that fails is about the message: a 5yz to the greeting, EHLO, STARTTLS or AUTH, a bad certificate or wrong
/// credentials are trouble of the relay or of its configuration, which somebody will mend. Bouncing all mail for it would turn one
/// mistake into a thousand notifications, so it is retried until expiry (Postfix does the same: smtp_skip_5xx_greeting,
/// smtp_sasl_auth_soft_bounce, TLS policy failures are 4.7.x). From MAIL on a 5yz is about this message or recipient and final, except
/// replies that say "you have not logged in" (RFC 4954 §6) and 552 to RCPT, which means too many recipients (RFC 5321 §4.5.3.1.10).
/// Whatever is no 4yz or 5yz, a lost connection and a time-out are retried; after the final dot that may duplicate the message, which
/// SMTP cannot avoid (RFC 5321 §4.5.3.2.6).
/// </remarks>
internal static class FailurePolicy
{
    /// <param name="failure">What failed.</param>
    /// <param name="action">What a reply pattern says of it, which comes first; null: nothing.</param>
    public static bool IsPermanent(SmtpFailure failure, ReplyAction? action = null) => action?.Outcome switch
    {
        ReplyOutcome.Retry => false,
        ReplyOutcome.Bounce => true,
        _ => failure.Party switch
        {
            SmtpParty.Network => false,
            SmtpParty.Local => failure.Status.Class == 5,
            _ => failure.Phase >= SmtpPhase.Mail && failure.Reply.IsPermanent && !IsLogin(failure.Reply.Code) && !IsTooManyRecipients(failure),
        },
    };

    /// <summary>
    /// For a notification: what the peer gave, else what its code or our reason stands for; expiry is 4.4.7 (RFC 3463 §3.5). A 4yz that a pattern takes for
    /// final is told with class 5.
    /// </summary>
    public static EnhancedStatus StatusOf(SmtpFailure failure, ReplyAction? action = null)
    {
        if (!IsPermanent(failure, action))
        {
            return new EnhancedStatus(4, 4, 7);
        }

        return failure.HasReply
            ? failure.Reply.Status.IsPresent ? failure.Reply.Status with { Class = 5 } : new EnhancedStatus(5, 0, 0)
            : failure.Status;
    }

    /// <summary>For a notice of delay: class 4 whatever the reply said, for the message is tried again.</summary>
    public static EnhancedStatus DelayStatusOf(SmtpFailure failure) =>
        failure.HasReply ? failure.Reply.Status.Class == 4 ? failure.Reply.Status : new EnhancedStatus(4, 0, 0) : new EnhancedStatus(4, 4, 1);

    private static bool IsLogin(int code) => code is 530 or 534 or 535 or 538;

    private static bool IsTooManyRecipients(SmtpFailure failure) => failure is { Phase: SmtpPhase.Recipient, Reply.Code: 552 };
}
