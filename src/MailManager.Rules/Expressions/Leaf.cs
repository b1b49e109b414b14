namespace MailManager.Rules.Expressions;

/// <summary>One condition as the operator wrote it.</summary>
/// <param name="text">The condition in words of the API, for explanations.</param>
internal abstract class Leaf(string text) : Condition
{
    public string Text { get; } = text;

    /// <summary>The operand's present value, for explanations. Allocates.</summary>
    public abstract string ReadOperand(RuleInput input);
}
