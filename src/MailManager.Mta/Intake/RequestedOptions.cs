using MailManager.Messages.Envelope;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Grammar;

namespace MailManager.Mta.Intake;

/// <summary>What MAIL and RCPT of one transaction asked for beyond addresses, and who gets it after the rules. Kept with its workspace.</summary>
internal sealed class RequestedOptions
{
    /// <summary>By the index of the recipient in the envelope.</summary>
    private readonly List<RecipientOptions?> _recipients = [];

    /// <summary>Null: nothing.</summary>
    public MailOptions? Mail { get; private set; }

    /// <summary>Something was asked for some recipient.</summary>
    public bool HasRecipientOptions { get; private set; }

    public void Set(in MailCommand command) => Mail = MailOptions.From(command);

    /// <summary>For the next recipient.</summary>
    public void Add(RecipientOptions? options)
    {
        HasRecipientOptions |= options is not null;
        _recipients.Add(options);
    }

    /// <summary>The envelope with all of it. Recipients at its end that nothing was noted for get nothing.</summary>
    public MessageEnvelope Complete(MessageEnvelope envelope) => Mail is null && !HasRecipientOptions
        ? envelope
        : envelope with
        {
            Options = Mail,
            RecipientOptions = HasRecipientOptions ? [.. _recipients, .. Enumerable.Repeat<RecipientOptions?>(null, envelope.Recipients.Length - _recipients.Count)] : [],
        };

    /// <summary>Of a recipient of the envelope.</summary>
    public RecipientOptions? Of(int recipient) => _recipients[recipient];

    /// <summary>
    /// Of a recipient after the rules: what was asked for those from which it came. A replacement is an alias in the sense of RFC 3461 §5.2.7: it
    /// inherits NOTIFY and ORCPT, and without one it names the address that the sender wrote, so that notifications speak of that.
    /// </summary>
    public RecipientOptions? Of(RecipientGroup group, int recipient, List<string> envelope)
    {
        var merged = default(RecipientOptions);
        var isFirst = true;
        for (var i = 0; i < _recipients.Count; i++)
        {
            if (!group.CameFrom(recipient, i))
            {
                continue;
            }

            var options = _recipients[i];
            if (options is not { OriginalRecipient.Length: > 0 } && envelope[i] != group.Recipients[recipient])
            {
                options = new RecipientOptions(options?.Notify ?? DsnNotify.Unspecified, OriginalRecipient.For(envelope[i]));
            }

            merged = isFirst ? options : RecipientOptions.Merge(merged, options);
            isFirst = false;
        }

        return merged;
    }

    public void Clear()
    {
        Mail = null;
        HasRecipientOptions = false;
        _recipients.Clear();
    }
}
