using System.Text;
using MailManager.Messages.Headers;
using MailManager.Messages.Trace;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Intake;

/// <summary>What a message's header may hold of fields, and how often it may have travelled. Octets and counts.</summary>
internal sealed record HeaderLimits
{
    /// <summary>The whole header block; beyond: 552 5.3.4. Default 1 MiB.</summary>
    public int Block { get; init; } = 1024 * 1024;

    /// <summary>One field with its folded lines; beyond: 552 5.3.4. Default 128 KiB.</summary>
    public int Field { get; init; } = 128 * 1024;

    /// <summary>Number of fields; beyond: 552 5.3.4. Default 2000.</summary>
    public int Fields { get; init; } = 2000;

    /// <summary>Received fields; beyond: 554 5.4.6. Default 50, as Postfix's hopcount_limit (RFC 5321 §6.3 asks for a large number).</summary>
    public int Hops { get; init; } = 50;
}

/// <summary>Looks for headers that are out of bounds and for messages that go in circles (RFC 5321 §6.3).</summary>
internal static class HeaderCheck
{
    /// <summary>
    /// How often a message may have been here before. One that comes back once or twice is a forwarder's or a mailing list's; a ring of relays
    /// brings it back again and again, and need not grow to the limit of hops first.
    /// </summary>
    private const int MaxOwnHops = 4;

    /// <summary>The refusal and why, for the log; null: nothing is wrong.</summary>
    /// <param name="header">Of the message.</param>
    /// <param name="length">Octets of the header block.</param>
    /// <param name="limits">In force.</param>
    /// <param name="hostname">This server's name.</param>
    /// <param name="reason">Goes on a sentence: the message was refused because ...</param>
    public static SmtpReply? Refusal(in HeaderView header, int length, HeaderLimits limits, string hostname, out string reason)
    {
        reason = string.Empty;
        if (length > limits.Block)
        {
            reason = "its header block is too large";
            return StandardReplies.HeaderTooLarge;
        }

        if (header.Count > limits.Fields)
        {
            reason = "it has too many header fields";
            return StandardReplies.TooManyHeaderFields;
        }

        var hops = 0;
        var ownHops = 0;
        for (var i = 0; i < header.Count; i++)
        {
            var field = header[i];
            if (field.Value.Length > limits.Field)
            {
                reason = "one of its header fields is too large";
                return StandardReplies.HeaderFieldTooLarge;
            }

            if (Ascii.EqualsIgnoreCase(field.Name, ReceivedField.Name))
            {
                hops++;
                ownHops += ReceivedField.IsBy(field.Value, hostname) ? 1 : 0;
            }
        }

        if (hops > limits.Hops)
        {
            reason = "it has too many Received fields";
            return StandardReplies.TooManyHops;
        }

        if (ownHops > MaxOwnHops)
        {
            reason = "it has been here too often";
            return StandardReplies.MailLoop;
        }

        return null;
    }
}
