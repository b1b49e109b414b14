using System.Text;

namespace MailManager.Delivery.Dsn;

/// <summary>The part of a notification that people read.</summary>
internal static class Explanation
{
    private static readonly (DsnAction Action, string Subject, string Text)[] Kinds =
    [
        (DsnAction.Failed, "Undelivered mail", "Your message could not be delivered to the recipients below, and no further\r\nattempt will be made."),
        (DsnAction.Delayed, "Delayed mail", "Your message could not be delivered to the recipients below yet. It is still\r\nbeing tried: you need not send it again."),
        (DsnAction.Relayed, "Relayed mail", "Your message was handed over to the mail server of the recipients below, which\r\ndoes not say when it is delivered."),
    ];

    /// <summary>Of the worst news in it.</summary>
    public static string Subject(IReadOnlyList<DsnRecipient> recipients) =>
        $"{Array.Find(Kinds, kind => recipients.Any(recipient => recipient.Action == kind.Action)).Subject}: delivery status notification";

    /// <param name="recipients">At least one.</param>
    /// <param name="hostname">Of this server.</param>
    /// <param name="failureText">Stands in for our own words about a failure; null: those.</param>
    /// <param name="isFull">The message is attached, not its header alone.</param>
    /// <param name="isUtf8">Addresses may be UTF-8.</param>
    public static string Text(IReadOnlyList<DsnRecipient> recipients, string hostname, string? failureText, bool isFull, bool isUtf8)
    {
        var text = new StringBuilder();
        text.Append("This is the mail system at ").Append(hostname).Append(".\r\n");
        foreach (var (action, _, explanation) in Kinds)
        {
            if (recipients.Any(recipient => recipient.Action == action))
            {
                var words = action == DsnAction.Failed && failureText is not null ? failureText.ReplaceLineEndings("\r\n") : explanation;
                text.Append("\r\n").Append(words).Append("\r\n");
                Append(text, recipients.Where(recipient => recipient.Action == action), isUtf8);
            }
        }

        return text.Append(isFull ? "\r\nIt is attached.\r\n" : "\r\nIts header is attached.\r\n").ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<DsnRecipient> recipients, bool isUtf8)
    {
        foreach (var recipient in recipients)
        {
            text.Append("\r\n<").Append(DsnAddress.Show(recipient.Recipient, isUtf8)).Append(">\r\n  ");
            if (recipient is { IsSmtpReply: true, IsOwnReply: false })
            {
                text.Append("the server ").Append(recipient.RemoteMta ?? "of the recipient").Append(" said:\r\n  ");
            }

            text.Append(recipient.Diagnostic).Append("\r\n");
        }
    }
}
