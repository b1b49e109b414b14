using System.Collections.Immutable;

namespace MailManager.Delivery.Signing;

/// <summary>Which header fields a signature covers (RFC 6376 §5.4).</summary>
internal static class SignedFields
{
    /// <summary>
    /// Signed once more than they are there, so that none can be added on the way, which some readers would then show instead (RFC 6376 §8.15).
    /// </summary>
    public static ImmutableArray<string> Sealed { get; } =
    [
        "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ];

    /// <summary>Signed where they are there; lists add such fields of their own.</summary>
    public static ImmutableArray<string> WherePresent { get; } =
    [
        "List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
        "Auto-Submitted", "Content-Language", "Feedback-ID",
    ];
}
