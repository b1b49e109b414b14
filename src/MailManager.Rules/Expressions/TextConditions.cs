using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Rules.Operands;
using MailManager.Rules.Policies;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Expressions;

/// <summary>
/// Compares all texts of an operand with all values: any-of, or none-of when negated. An operand without a text: false, or true when negated.
/// </summary>
internal sealed class TextCondition(TextOperand operand, StringOperator op, ImmutableArray<string> values)
    : Leaf(ConditionText.Describe(operand.Name, op, values))
{
    private readonly StringMatcher _matcher = StringMatcher.Create(op, values);
    private IndexedAnswer _answer;

    public TextOperand Operand { get; } = operand;

    public StringOperator Operator { get; } = op;

    public ImmutableArray<string> Values { get; } = values;

    public bool Negated { get; } = op is StringOperator.NotEquals or StringOperator.NotMatches;

    /// <summary>The comparison is made together with others, and <see cref="Answer"/> says where its answer is found. Else the condition compares itself.</summary>
    public bool IsIndexed { get; private set; }

    public IndexedAnswer Answer => _answer;

    public override int Cost => Operand.Cost + (Negated ? 1 : 0);

    public override PolicyStage Known => Operand.Known;

    public override bool OfRecipient => Operand.OfRecipient;

    /// <summary>Called while the operand plan is built, before anything is asked.</summary>
    public void LookUp(IndexedAnswer answer) => (_answer, IsIndexed) = (answer, true);

    public override bool Holds(RuleInput input) => (IsIndexed ? input.IsHit(_answer) : FindText(input) >= 0) != Negated;

    private protected override string ReadOperand(RuleInput input) => string.Join(Separator, Operand.Read(input).ToArray());

    private protected override string? FindHit(RuleInput input) =>
        FindText(input) is >= 0 and var found ? Values[_matcher.Find(Operand.Read(input)[found])] : null;

    /// <summary>Index of the first text that a value matches.</summary>
    private int FindText(RuleInput input)
    {
        var texts = Operand.Read(input);
        for (var i = 0; i < texts.Count; i++)
        {
            if (_matcher.Matches(texts[i]))
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>IsInAddressList: is any address of the operand in the list (or none, when negated)?</summary>
/// <param name="slot">The list's slot in the operand plan.</param>
internal sealed class AddressListCondition(TextOperand operand, int slot, string list, BooleanOperator op)
    : Leaf($"{operand.Name} IS_IN_ADDRESS_LIST {list} {ConditionText.ApiName(op)}")
{
    private readonly bool _negated = op == BooleanOperator.IsFalse;

    public override int Cost => operand.Cost + (_negated ? 1 : 0);

    public override PolicyStage Known => operand.Known;

    public override bool OfRecipient => operand.OfRecipient;

    public override bool Holds(RuleInput input) => Find(input) >= 0 != _negated;

    private protected override string ReadOperand(RuleInput input) => string.Join(Separator, operand.Read(input).ToArray());

    private protected override string? FindHit(RuleInput input) => Find(input) is >= 0 and var found ? new string(operand.Read(input)[found]) : null;

    /// <summary>Index of the first text that is in the list.</summary>
    private int Find(RuleInput input)
    {
        var members = input.MembersOf(slot);
        var texts = operand.Read(input);
        for (var i = 0; i < texts.Count; i++)
        {
            if (members.Contains(texts[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
