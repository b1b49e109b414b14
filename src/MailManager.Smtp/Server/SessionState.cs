namespace MailManager.Smtp.Server;

/// <summary>Where a session stands in the order of commands (RFC 5321 §4.1.4).</summary>
internal enum SessionState : byte
{
    /// <summary>Connected, or just secured: no EHLO or HELO yet.</summary>
    Connected,

    /// <summary>Greeted; no transaction.</summary>
    Ready,

    /// <summary>MAIL accepted.</summary>
    MailGiven,

    /// <summary>At least one RCPT accepted.</summary>
    RecipientsGiven,

    /// <summary>At least one chunk of the message was taken with BDAT.</summary>
    Chunking,
}
