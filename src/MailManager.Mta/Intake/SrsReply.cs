using MailManager.Delivery.Srs;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Intake;

/// <summary>What is answered to RCPT with an SRS address of this server.</summary>
internal static class SrsReply
{
    private static readonly EnhancedStatus NoSuchMailbox = new(5, 1, 1);

    /// <summary>
    /// Null: the notification may return. Only notifications may (RFC 5321 §4.5.5: those have the null reverse-path), for what is sent home with it can
    /// neither fail SPF nor be bounced back and forth.
    /// </summary>
    /// <param name="origin">What the address stands for.</param>
    /// <param name="reversePath">Of the transaction.</param>
    /// <param name="session">Its id leads the operator to the log.</param>
    public static SmtpReply? Refusal(in SrsOrigin origin, string reversePath, string session) => origin.Fault switch
    {
        SrsFault.Malformed => Refused(NoSuchMailbox, "The SRS address is not complete", session),
        SrsFault.NotSignedHere => Refused(NoSuchMailbox, "The SRS address was not made here", session),
        SrsFault.Expired => Refused(NoSuchMailbox, "The SRS address has expired", session),
        _ => reversePath.Length == 0 ? null : Refused(new EnhancedStatus(5, 7, 1), "Only notifications, from <>, return to this address", session),
    };

    private static SmtpReply Refused(EnhancedStatus status, string text, string session) => new(550, status, $"{text} (ref {session})");
}
