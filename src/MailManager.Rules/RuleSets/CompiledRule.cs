using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>One rule, prepared.</summary>
/// <param name="Name">Null when it has none.</param>
/// <param name="Conditions">As written, in order, for explanations.</param>
/// <param name="Unless">As written, in order.</param>
/// <param name="Operations">In order.</param>
internal sealed record CompiledRule(string? Name, Leaf[] Conditions, Leaf[] Unless, RuleOperation[] Operations)
{
    /// <summary>What is the same for all recipients, asked once a message.</summary>
    public AllOf MessagePart { get; } = Part(Conditions, Unless, ofRecipient: false);

    /// <summary>What depends on the recipient.</summary>
    public AllOf RecipientPart { get; } = Part(Conditions, Unless, ofRecipient: true);

    private static AllOf Part(Leaf[] conditions, Leaf[] unless, bool ofRecipient) =>
        new(conditions.Concat<Condition>(unless.Select(exception => new Not(exception))).Where(c => c.Stage == Stage.Recipient == ofRecipient));
}
