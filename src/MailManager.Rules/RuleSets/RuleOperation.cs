using System.Collections.Immutable;
using MailManager.Resources.RuleSets;

namespace MailManager.Rules.RuleSets;

/// <summary>An action of a rule, prepared.</summary>
internal abstract record RuleOperation
{
    public sealed record Drop : RuleOperation;

    /// <param name="Target">One object for equal targets of a rule set.</param>
    /// <param name="Exists">False: the relay is not there, and the action always fails.</param>
    /// <param name="OnFailure">What then follows.</param>
    public sealed record Deliver(DeliveryTarget Target, bool Exists, ActionFailurePolicy OnFailure) : RuleOperation;

    public sealed record EditHeader(HeaderEdit Edit) : RuleOperation;

    /// <param name="With">At least one, each once.</param>
    public sealed record Replace(ImmutableArray<string> With) : RuleOperation;

    /// <summary>Replaces each recipient by what it becomes of its own.</summary>
    public sealed record ReplaceEach(IRecipientReplacement Replacement) : RuleOperation;

    /// <param name="Notice">One object for equal notices of a rule set.</param>
    public sealed record Reject(FailureNotice Notice) : RuleOperation;

    /// <param name="Notice">One object for equal notices of a rule set.</param>
    /// <param name="OnFailure">What follows when there is nobody to tell.</param>
    public sealed record Bounce(FailureNotice Notice, ActionFailurePolicy OnFailure) : RuleOperation;
}
