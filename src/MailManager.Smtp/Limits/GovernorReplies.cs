using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Limits;

/// <summary>What clients hear at a limit: which one it is, and never how high.</summary>
public static class GovernorReplies
{
    // At connect.
    public static readonly SmtpReply ShortOfMemory = Make(421, 3, 2, "Short of memory, try again later");
    public static readonly SmtpReply TooManyMessages = Make(421, 3, 2, "Too many messages under way, try again later");
    public static readonly SmtpReply TooManyFromAddress = Make(421, 7, 0, "Too many sessions from your address, try again later");
    public static readonly SmtpReply TooManyFromNetwork = Make(421, 7, 0, "Too many sessions from your network, try again later");
    public static readonly SmtpReply TooManyOfGroup = Make(421, 7, 0, "Too many sessions of this service, try again later");
    public static readonly SmtpReply ConnectsTooOften = Make(421, 7, 0, "Too many connections from your address in a short time, try again later");

    // At MAIL.
    public static readonly SmtpReply NoMemoryForMessage = Make(451, 3, 2, "Short of memory, try again later");
    public static readonly SmtpReply NoRoomForMessage = Make(451, 3, 2, "Too many messages under way, try again later");

    // At RCPT.
    public static readonly SmtpReply TooManyRecipientsLately = Make(452, 5, 3, "Too many recipients from your address in a short time, try again later");

    private static SmtpReply Make(int code, ushort subject, ushort detail, string text) => new(code, new EnhancedStatus(4, subject, detail), text);
}
