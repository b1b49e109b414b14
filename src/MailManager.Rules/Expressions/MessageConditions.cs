using System.Globalization;
using MailManager.Resources.Expressions;
using MailManager.Rules.Policies;

namespace MailManager.Rules.Expressions;

/// <summary>MESSAGE_SIZE in octets, as received.</summary>
internal sealed class SizeCondition(string text, NumberComparison comparison) : Leaf(text)
{
    public NumberComparison Comparison { get; } = comparison;

    public override int Cost => 1;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => Comparison.Holds(input.MessageSize);

    private protected override string ReadOperand(RuleInput input) => input.MessageSize.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A comparison with one number.</summary>
internal readonly record struct NumberComparison(NumberOperator Operator, double Value)
{
    public bool Holds(double number) => Operator switch
    {
        NumberOperator.Equals => number == Value,
        NumberOperator.NotEquals => number != Value,
        NumberOperator.LessThan => number < Value,
        NumberOperator.GreaterThan => number > Value,
        NumberOperator.LessThanOrEqual => number <= Value,
        _ => number >= Value,
    };
}

/// <summary>READ_RECEIPT_REQUESTED: a Disposition-Notification-To (RFC 8098 §2.1) or the older Return-Receipt-To field is there.</summary>
internal sealed class ReadReceiptCondition(string text, bool expected) : Leaf(text)
{
    public override int Cost => 10;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => IsRequested(input) == expected;

    private protected override string ReadOperand(RuleInput input) => IsRequested(input) ? "true" : "false";

    private static bool IsRequested(RuleInput input) =>
        input.HasHeader("Disposition-Notification-To"u8) || input.HasHeader("Return-Receipt-To"u8);
}
