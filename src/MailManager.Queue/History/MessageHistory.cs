using MailManager.Messages.Envelope;

namespace MailManager.Queue.History;

/// <summary>How a message came into the queue, as it was known then: kept with the message, shown by <c>queue show</c>. Immutable.</summary>
public abstract record MessageHistory
{
    private MessageHistory()
    {
    }

    /// <summary>An ingress point accepted it.</summary>
    /// <param name="Session">In which it came.</param>
    /// <param name="Policy">What let its recipients in.</param>
    /// <param name="Rules">What decided where it goes.</param>
    public sealed record Received(SessionHistory Session, PolicyHistory Policy, RuleHistory Rules) : MessageHistory;

    /// <summary>It was made here, to tell the sender of another message what became of that.</summary>
    /// <param name="Of">The other message.</param>
    public sealed record Notification(MessageId Of) : MessageHistory;
}
