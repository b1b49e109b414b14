using System.Collections.Immutable;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Policies;

namespace MailManager.Rules.Expressions;

/// <summary>SPF, DKIM, DMARC, ARC: is the verdict any (or none) of the values?</summary>
internal sealed class VerdictCondition(RuleVerdictAttribute attribute, VerdictOperator op, ImmutableArray<RuleVerdict> values)
    : Leaf(ConditionText.Describe(ConditionText.ApiName(attribute), op, values.Select(ConditionText.ApiName)))
{
    private readonly VerdictSet _values = new(values);

    public override int Cost => 2;

    public override PolicyStage Known => attribute == RuleVerdictAttribute.Spf ? PolicyStage.Mail : PolicyStage.Message;

    public override bool Holds(RuleInput input) => _values.Contains(Read(input)) == (op == VerdictOperator.Equals);

    private protected override string ReadOperand(RuleInput input) => ConditionText.ApiName(Read(input));

    private protected override string? FindHit(RuleInput input) => _values.Contains(Read(input)) ? ReadOperand(input) : null;

    private Verdict Read(RuleInput input) => attribute switch
    {
        RuleVerdictAttribute.Spf => input.Verdicts.Spf,
        RuleVerdictAttribute.Dkim => input.Verdicts.Dkim,
        RuleVerdictAttribute.Dmarc => input.Verdicts.Dmarc,
        _ => input.Verdicts.Arc,
    };
}

/// <summary>The policy that the sender's domain publishes: is it any (or none) of the values?</summary>
internal sealed class DmarcPolicyCondition(VerdictOperator op, ImmutableArray<RuleDmarcPolicy> values)
    : Leaf(ConditionText.Describe("DMARC_POLICY", op, values.Select(ConditionText.ApiName)))
{
    public override int Cost => 2;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => IsAmongValues(input) == (op == VerdictOperator.Equals);

    private protected override string ReadOperand(RuleInput input) => ConditionText.ApiName(input.Verdicts.DmarcPolicy);

    private protected override string? FindHit(RuleInput input) => IsAmongValues(input) ? ReadOperand(input) : null;

    private bool IsAmongValues(RuleInput input) => values.AsSpan().Contains(input.Verdicts.DmarcPolicy switch
    {
        DmarcPolicy.Quarantine => RuleDmarcPolicy.Quarantine,
        DmarcPolicy.Reject => RuleDmarcPolicy.Reject,
        _ => RuleDmarcPolicy.None,
    });
}

/// <summary>Analysis in a verdict expression: is an add-on's verdict any (or none) of the values? Without one: false, or true when none-of.</summary>
internal sealed class AddOnVerdictCondition(AddOnField field, VerdictOperator op, ImmutableArray<RuleVerdict> values)
    : Leaf(ConditionText.Describe(ConditionText.AddOn(field), op, values.Select(ConditionText.ApiName)))
{
    private readonly VerdictSet _values = new(values);

    public override int Cost => 15;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => IsAmongValues(input) == (op == VerdictOperator.Equals);

    private protected override string ReadOperand(RuleInput input) => Read(input) is { } verdict ? ConditionText.ApiName(verdict) : string.Empty;

    private protected override string? FindHit(RuleInput input) => IsAmongValues(input) ? ReadOperand(input) : null;

    private Verdict? Read(RuleInput input) => input.Verdicts.AddOns.TryGetValue(field, out var result) ? result.Verdict : null;

    private bool IsAmongValues(RuleInput input) => Read(input) is { } verdict && _values.Contains(verdict);
}

/// <summary>Analysis in a boolean expression. Without an answer IS_TRUE is false and IS_FALSE true.</summary>
internal sealed class AddOnFlagCondition(AddOnField field, BooleanOperator op) : Leaf($"{ConditionText.AddOn(field)} {ConditionText.ApiName(op)}")
{
    public override int Cost => 15;

    public override PolicyStage Known => PolicyStage.Message;

    public override bool Holds(RuleInput input) => Read(input) == true == (op == BooleanOperator.IsTrue);

    private protected override string ReadOperand(RuleInput input) => Read(input) switch
    {
        true => "true",
        false => "false",
        null => string.Empty,
    };

    private bool? Read(RuleInput input) => input.Verdicts.AddOns.TryGetValue(field, out var result) ? result.Flag : null;
}

/// <summary>A set of verdicts.</summary>
internal readonly struct VerdictSet(ImmutableArray<RuleVerdict> values)
{
    private readonly int _bits = values.Aggregate(0, static (bits, value) => bits | (1 << (int)VerdictOf(value)));

    public bool Contains(Verdict verdict) => (_bits & (1 << (int)verdict)) != 0;

    private static Verdict VerdictOf(RuleVerdict value) => value switch
    {
        RuleVerdict.Pass => Verdict.Pass,
        RuleVerdict.Fail => Verdict.Fail,
        RuleVerdict.Gray => Verdict.Gray,
        _ => Verdict.ProcessingFailed,
    };
}
