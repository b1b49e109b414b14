using MailManager.Delivery.Retry;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Routing;

/// <summary>Failures before there is a connection.</summary>
internal static class RouteFailure
{
    /// <summary>Wrong for good: with a status of class 5 and the given subject and detail (RFC 3463).</summary>
    public static SmtpFailure Permanent(string reason, ushort subject, ushort detail) =>
        new(SmtpParty.Local, SmtpPhase.Connect, default, PeerText.Escape(reason), new EnhancedStatus(5, subject, detail));

    /// <summary>May be otherwise at the next attempt.</summary>
    public static SmtpFailure Transient(string reason) => new(SmtpParty.Network, SmtpPhase.Connect, default, PeerText.Escape(reason));

    /// <summary>Our own configuration is in the way, which may be mended before the next attempt.</summary>
    public static SmtpFailure Unready(string reason) => new(SmtpParty.Local, SmtpPhase.Connect, default, PeerText.Escape(reason));

    /// <summary>
    /// What two hosts come to together: a host that failed may work again, whatever is wrong with the other for good; else the later one counts.
    /// </summary>
    public static SmtpFailure Worse(SmtpFailure? earlier, SmtpFailure later) =>
        earlier is not null && !FailurePolicy.IsPermanent(earlier) && FailurePolicy.IsPermanent(later) ? earlier : later;
}
