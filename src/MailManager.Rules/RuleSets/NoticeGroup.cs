namespace MailManager.Rules.RuleSets;

/// <summary>Recipients of whom the sender is told the same: those of one Bounce or one Reject action, or of several that are equal.</summary>
public sealed class NoticeGroup : RecipientGroup
{
    public FailureNotice Notice { get; private set; } = FailureNotice.NoRoute;

    internal void Begin(FailureNotice notice, int rule)
    {
        Notice = notice;
        Rule = rule;
    }
}
