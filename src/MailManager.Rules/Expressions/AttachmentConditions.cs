using System.Globalization;
using MailManager.Resources.Expressions;
using MailManager.Rules.Policies;

namespace MailManager.Rules.Expressions;

/// <summary>ATTACHMENT_COUNT, of those that were found.</summary>
internal sealed class AttachmentCountCondition(string text, NumberComparison comparison) : Leaf(text)
{
    public override int Cost => CostOfContent;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => comparison.Holds(input.Attachments.Attachments.Length);

    private protected override string ReadOperand(RuleInput input) => input.Attachments.Attachments.Length.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// ATTACHMENT_SIZE: the size of any attachment compares so; for NOT_EQUALS, that of none is equal. Without an attachment: false, but NOT_EQUALS true.
/// </summary>
internal sealed class AttachmentSizeCondition(string text, NumberComparison comparison) : Leaf(text)
{
    private readonly bool _negated = comparison.Operator == NumberOperator.NotEquals;
    private readonly NumberComparison _positive =
        comparison.Operator == NumberOperator.NotEquals ? comparison with { Operator = NumberOperator.Equals } : comparison;

    public override int Cost => CostOfContent;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input)
    {
        foreach (var attachment in input.Attachments.Attachments)
        {
            if (_positive.Holds(attachment.Size))
            {
                return !_negated;
            }
        }

        return _negated;
    }

    private protected override string ReadOperand(RuleInput input) =>
        string.Join(Separator, input.Attachments.Attachments.Select(attachment => attachment.Size.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>HAS_ATTACHMENTS.</summary>
internal sealed class HasAttachmentsCondition(string text, bool expected) : Leaf(text)
{
    public override int Cost => CostOfContent;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => !input.Attachments.Attachments.IsEmpty == expected;

    private protected override string ReadOperand(RuleInput input) => string.Join(
        Separator, input.Attachments.Attachments.Select(a => $"{(a.Name.Length > 0 ? a.Name : "(no name)")} ({a.MediaType}, {a.Size.ToString(CultureInfo.InvariantCulture)} octets)"));
}

/// <summary>TOO_COMPLEX: the message was not read to its end for attachments.</summary>
internal sealed class TooComplexCondition(string text, bool expected) : Leaf(text)
{
    public override int Cost => CostOfContent;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => input.Attachments.Problem is not null == expected;

    private protected override string ReadOperand(RuleInput input) =>
        input.Attachments.Problem is { } problem ? $"true ({ConditionText.ApiName(problem)})" : "false";
}
