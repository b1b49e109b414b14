using MailManager.Messages.Envelope;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Dsn;

/// <summary>What a notification tells of a message whose delivery failed.</summary>
public sealed record DsnRequest
{
    /// <summary>Of the message that failed.</summary>
    public required MessageId MessageId { get; init; }

    /// <summary>To whom the notification goes. Empty: there is none.</summary>
    public required string ReversePath { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<DsnRecipient> Recipients { get; init; }

    /// <summary>The header block of the message; may be empty. Only its first 32 KiB are sent back, and nothing of the body.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }
}

/// <summary>One failed recipient.</summary>
/// <param name="Recipient">Address, as received.</param>
/// <param name="Status">Class 5, or 4.4.7 for expiry.</param>
/// <param name="Diagnostic">What was said, or happened: printable ASCII.</param>
/// <param name="IsSmtpReply">The diagnostic is a server's reply.</param>
/// <param name="RemoteMta">Name of that server; null: it was not reached, or we are it.</param>
public sealed record DsnRecipient(string Recipient, EnhancedStatus Status, string Diagnostic, bool IsSmtpReply, string? RemoteMta);
