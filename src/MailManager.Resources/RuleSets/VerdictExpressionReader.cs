using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads the expressions that compare verdicts, the same in rules and (+) policies.</summary>
internal static class VerdictExpressionReader
{
    /// <summary>Values per expression.</summary>
    private const int MaximumValues = 10;

    public static (RuleVerdictOperand Evaluate, VerdictOperator Operator, ImmutableArray<RuleVerdict> Values)? ReadVerdict(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Values"]) is not { } map)
        {
            return null;
        }

        var operand = map.Required("Evaluate") is { } evaluate ? RuleOperandReader.ReadVerdict(evaluate) : null;
        var comparison = map.Word("Operator", OperatorWords.Verdict);
        var values = map.Words("Values", 1, MaximumValues, RuleWords.Verdict);
        return map.Failed ? null : (operand!, comparison!.Value, values);
    }

    public static (VerdictOperator Operator, ImmutableArray<RuleDmarcPolicy> Values)? ReadDmarc(DocumentValue value)
    {
        if (value.Map(["Operator", "Values"]) is not { } map)
        {
            return null;
        }

        var comparison = map.Word("Operator", OperatorWords.Verdict);
        var values = map.Words("Values", 1, MaximumValues, RuleWords.DmarcPolicy);
        return map.Failed ? null : (comparison!.Value, values);
    }
}
