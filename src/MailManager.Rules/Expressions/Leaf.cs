using System.Collections.Immutable;

namespace MailManager.Rules.Expressions;

/// <summary>One condition as the operator wrote it.</summary>
/// <param name="text">The condition in words of the API, for explanations.</param>
internal abstract class Leaf(string text) : Condition
{
    /// <summary>Between the texts of an operand that has several.</summary>
    private protected const string Separator = " | ";

    public string Text { get; } = text;

    public override ConditionExplanation Explain(RuleInput input) =>
        new(Text, ConditionExplanation.Cut(ReadOperand(input)), Holds(input), FindHit(input), ImmutableArray<ConditionExplanation>.Empty);

    /// <summary>The operand's present value.</summary>
    private protected abstract string ReadOperand(RuleInput input);

    /// <summary>Which of the condition's values the operand matches, also where that makes a negative condition false; null: none, or there are no values.</summary>
    private protected virtual string? FindHit(RuleInput input) => null;
}
