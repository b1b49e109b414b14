using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Sasl;

/// <summary>Replies to a failed AUTH (RFC 4954 §4 and §6).</summary>
public static class SaslReplies
{
    /// <summary>The same for an unknown user, a wrong password and all else that concerns who the client is.</summary>
    public static readonly SmtpReply InvalidCredentials = new(535, new EnhancedStatus(5, 7, 8), "Authentication credentials invalid");

    public static readonly SmtpReply Malformed = new(501, new EnhancedStatus(5, 5, 2), "Malformed authentication message");

    public static readonly SmtpReply TemporaryFailure = new(454, new EnhancedStatus(4, 7, 0), "Temporary authentication failure");

    /// <summary>The session ends with it.</summary>
    public static readonly SmtpReply TooManyAttempts = new(421, new EnhancedStatus(4, 7, 0), "Too many failed authentication attempts");
}
