using System.Collections.Immutable;

namespace MailManager.Rules.RuleSets;

/// <summary>An action of a rule, prepared.</summary>
internal abstract record RuleOperation
{
    public sealed record Drop : RuleOperation;

    public sealed record Deliver(RelayTarget Target) : RuleOperation;

    public sealed record AddHeader(AddedHeader Header) : RuleOperation;

    /// <param name="With">At least one, each once.</param>
    public sealed record Replace(ImmutableArray<string> With) : RuleOperation;
}
