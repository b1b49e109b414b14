using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>What RCPT asked for beyond the recipient (RFC 3461 §4.1, §4.2). Most recipients have none, which is null. Immutable.</summary>
/// <param name="Notify">NOTIFY.</param>
/// <param name="OriginalRecipient">ORCPT as sent: an address type, a semicolon and xtext; empty: none.</param>
public sealed record RecipientOptions(DsnNotify Notify, string OriginalRecipient)
{
    /// <summary>The sender was told of a delay; once is enough. Not part of the command.</summary>
    public bool HasDelayNotice { get; init; }

    /// <summary>Null when the command has none.</summary>
    public static RecipientOptions? From(in RcptCommand command) =>
        command.Notify == DsnNotify.Unspecified && command.OriginalRecipient.IsEmpty
            ? null
            : new RecipientOptions(command.Notify, Encoding.ASCII.GetString(command.OriginalRecipient));

    /// <summary>
    /// The sender is to be told of this event. Failures are told where nothing was asked (RFC 3461 §4.1); delays, where it leaves the choice,
    /// only when asked for: most people take a notice of delay for a failure and send the message again.
    /// </summary>
    public static bool Wants(RecipientOptions? options, DsnNotify occasion)
    {
        var notify = options?.Notify ?? DsnNotify.Unspecified;
        return notify == DsnNotify.Unspecified ? occasion == DsnNotify.Failure : (notify & occasion) != DsnNotify.Unspecified;
    }

    /// <summary>
    /// For a recipient that came from several: all that any of them asked for, as if it had been asked of each, so that no failure is kept from
    /// somebody who wants to hear of it. The first ORCPT counts.
    /// </summary>
    public static RecipientOptions? Merge(RecipientOptions? first, RecipientOptions? second)
    {
        if (first is null || second is null)
        {
            // One without NOTIFY is as one that asks for failures.
            var other = first ?? second;
            return other is null ? null : other with { Notify = Merge(other.Notify, DsnNotify.Unspecified) };
        }

        return new RecipientOptions(
            Merge(first.Notify, second.Notify),
            first.OriginalRecipient.Length > 0 ? first.OriginalRecipient : second.OriginalRecipient);
    }

    private static DsnNotify Merge(DsnNotify first, DsnNotify second)
    {
        if (first == second)
        {
            return first;
        }

        // What is left is not empty: two different values are not both NEVER.
        return (Explicit(first) | Explicit(second)) & ~DsnNotify.Never;
    }

    private static DsnNotify Explicit(DsnNotify notify) => notify == DsnNotify.Unspecified ? DsnNotify.Failure : notify;
}
