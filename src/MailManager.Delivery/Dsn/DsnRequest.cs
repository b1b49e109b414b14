using MailManager.Messages.Envelope;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Dsn;

/// <summary>What a notification tells of a message.</summary>
public sealed record DsnRequest
{
    /// <summary>Longest message that RET=FULL brings back, in octets: 256 KiB. Of a longer one the header must do.</summary>
    public const int MaxReturned = 256 * 1024;

    /// <summary>Of the message that is told of.</summary>
    public required MessageId MessageId { get; init; }

    /// <summary>To whom the notification goes. Empty: there is none.</summary>
    public required string ReversePath { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>At least one. Those whose sender did not ask for this kind of news are left out (RFC 3461 §4.1).</summary>
    public required IReadOnlyList<DsnRecipient> Recipients { get; init; }

    /// <summary>What MAIL asked for; null: nothing.</summary>
    public MailOptions? Options { get; init; }

    /// <summary>The header block of the message; may be empty. Only its first 32 KiB are sent back.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The whole message where it may be sent back: RET=FULL, and no longer than <see cref="MaxReturned"/>; else empty.</summary>
    public ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>Address of the From field; null: this server's mailer daemon.</summary>
    public string? Sender { get; init; }

    /// <summary>What people read in place of our own words about a failure; null: those. ASCII.</summary>
    public string? Text { get; init; }

    /// <summary>Until when delayed recipients are tried.</summary>
    public DateTimeOffset? RetryUntil { get; init; }

    /// <summary>
    /// A failure brings the whole message back. Not with REQUIRETLS, whose content must not come by a path of less protection
    /// (RFC 8689 §5).
    /// </summary>
    public static bool WantsMessage(MailOptions? options) => options is { Return: DsnReturn.Full, RequireTls: false };
}

/// <summary>One recipient.</summary>
/// <param name="Recipient">Address, as it was tried.</param>
/// <param name="Status">Class 5, or 4.4.7 for expiry; class 4 for a delay, 2 for a success.</param>
/// <param name="Diagnostic">What was said, or happened: printable ASCII.</param>
/// <param name="IsSmtpReply">The diagnostic is a server's reply.</param>
/// <param name="RemoteMta">Name of that server; null: it was not reached, or we are it.</param>
public sealed record DsnRecipient(string Recipient, EnhancedStatus Status, string Diagnostic, bool IsSmtpReply, string? RemoteMta)
{
    public DsnAction Action { get; init; }

    /// <summary>The diagnostic is a reply that this server gives, or would give.</summary>
    public bool IsOwnReply { get; init; }

    /// <summary>What RCPT asked for; null: nothing.</summary>
    public RecipientOptions? Options { get; init; }

    /// <summary>The sender is told although nobody asked.</summary>
    public bool IsUnasked { get; init; }

    /// <summary>The sender wants to hear of it, or is to.</summary>
    public bool IsWanted => IsUnasked || RecipientOptions.Wants(Options, Action switch
    {
        DsnAction.Relayed => DsnNotify.Success,
        DsnAction.Delayed => DsnNotify.Delay,
        _ => DsnNotify.Failure,
    });
}

/// <summary>What became of a recipient (RFC 3464 §2.3.3).</summary>
public enum DsnAction
{
    Failed,

    /// <summary>Not yet; it is tried again.</summary>
    Delayed,

    /// <summary>Handed over to a server that does not notify of success (RFC 3461 §5.2.2).</summary>
    Relayed,
}
