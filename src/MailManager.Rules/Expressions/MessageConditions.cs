using System.Globalization;
using MailManager.Resources.Expressions;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Expressions;

/// <summary>Compares a text of the session or envelope.</summary>
internal sealed class EnvelopeCondition(string text, EnvelopeOperand operand, StringMatcher matcher, bool negated) : Leaf(text)
{
    public EnvelopeOperand Operand { get; } = operand;

    public StringMatcher Matcher { get; } = matcher;

    public bool Negated { get; } = negated;

    public override int Cost => Negated ? 6 : 5;

    public override Stage Stage => Operand == EnvelopeOperand.Recipient ? Stage.Recipient : Stage.Message;

    public override bool Holds(RuleInput input) => Matcher.Matches(Read(input)) != Negated;

    public override string ReadOperand(RuleInput input) => Read(input);

    private string Read(RuleInput input) => Operand switch
    {
        EnvelopeOperand.MailFrom => input.ReversePath,
        EnvelopeOperand.Helo => input.Session.Helo,
        _ => input.Recipient,
    };
}

internal enum EnvelopeOperand
{
    MailFrom,
    Helo,
    Recipient,
}

/// <summary>Compares all texts of a header field: any-of, or none-of when negated. Without the field: false, or true when negated.</summary>
/// <param name="slot">The field's slot in the operand plan.</param>
internal sealed class HeaderCondition(string text, int slot, StringMatcher matcher, bool negated) : Leaf(text)
{
    public int Slot { get; } = slot;

    public StringMatcher Matcher { get; } = matcher;

    public bool Negated { get; } = negated;

    public override int Cost => Negated ? 21 : 20;

    public override Stage Stage => Stage.Message;

    public override bool Holds(RuleInput input) => input.HeaderMatches(Slot, Matcher) != Negated;

    public override string ReadOperand(RuleInput input) => string.Join(" | ", input.ReadHeader(Slot));
}

/// <summary>MESSAGE_SIZE in octets, as received.</summary>
internal sealed class SizeCondition(string text, NumberOperator op, double value) : Leaf(text)
{
    public NumberOperator Operator { get; } = op;

    public double Value { get; } = value;

    public override int Cost => 1;

    public override Stage Stage => Stage.Message;

    public override bool Holds(RuleInput input) => Operator switch
    {
        NumberOperator.Equals => input.MessageSize == Value,
        NumberOperator.NotEquals => input.MessageSize != Value,
        NumberOperator.LessThan => input.MessageSize < Value,
        NumberOperator.GreaterThan => input.MessageSize > Value,
        NumberOperator.LessThanOrEqual => input.MessageSize <= Value,
        _ => input.MessageSize >= Value,
    };

    public override string ReadOperand(RuleInput input) => input.MessageSize.ToString(CultureInfo.InvariantCulture);
}

/// <summary>READ_RECEIPT_REQUESTED: a Disposition-Notification-To (RFC 8098 §2.1) or the older Return-Receipt-To field is there.</summary>
internal sealed class ReadReceiptCondition(string text, bool expected) : Leaf(text)
{
    public override int Cost => 10;

    public override Stage Stage => Stage.Message;

    public override bool Holds(RuleInput input) => IsRequested(input) == expected;

    public override string ReadOperand(RuleInput input) => IsRequested(input) ? "true" : "false";

    private static bool IsRequested(RuleInput input) =>
        input.HasHeader("Disposition-Notification-To"u8) || input.HasHeader("Return-Receipt-To"u8);
}
