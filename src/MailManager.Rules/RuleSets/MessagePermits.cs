using MailManager.Messages.Envelope;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// What may be done for recipients of one message. Here is why no rule set makes an open relay: a recipient that is not of a verified identity is
/// never relayed for, and sent to only when the client has authenticated and sends from a verified identity, or a notification.
/// </summary>
internal readonly record struct MessagePermits(RuleEnvironment Environment, SessionFacts Session, string ReversePath)
{
    /// <summary>The message may be sent to recipients of no verified identity too.</summary>
    public bool AllowsSendingAnywhere => ForSending == ActionFailureReason.None;

    private ActionFailureReason ForSending =>
        !Session.IsAuthenticated ? ActionFailureReason.NotAuthenticated
        : ReversePath.Length == 0 || Environment.Identities.Covers(ReversePath) ? ActionFailureReason.None
        : ActionFailureReason.SenderNotVerified;

    public ActionFailureReason ToRelay(string recipient) =>
        Environment.Identities.Covers(recipient) ? ActionFailureReason.None : ActionFailureReason.RecipientNotVerified;

    public ActionFailureReason ToSend(string recipient)
    {
        if (Environment.Identities.Covers(recipient))
        {
            return ActionFailureReason.None;
        }

        // Only postmaster may come without a domain (RFC 5321 §4.1.1.3), and is ours then.
        return recipient.Contains('@', StringComparison.Ordinal) ? ForSending : ActionFailureReason.NoDomain;
    }

    public ActionFailureReason ToBounce() => ReversePath.Length == 0 ? ActionFailureReason.NullReversePath : ActionFailureReason.None;
}
