using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads the conditions of one rule, exceptions included: the six expressions, (+) and combinations of them.</summary>
internal sealed class RuleConditionReader() : ConditionReader<RuleCondition>(Expressions)
{
    /// <summary>Values per expression.</summary>
    private const int MaximumValues = 10;

    internal static readonly TextRule StringValue = new(1, 4096);
    internal static readonly TextRule IpValue = new(1, 43);

    private static readonly ImmutableArray<string> Expressions =
        ["BooleanExpression", "StringExpression", "NumberExpression", "IpExpression", "VerdictExpression", "DmarcExpression"];

    /// <summary>
    /// The API's pattern admits any 43 characters; meant are addresses and ranges of both families. A bare address is itself alone.
    /// </summary>
    private static readonly IpExpressionReader Ip = new("SOURCE_IP", AddressFamily.Unspecified, prefixRequired: false, MaximumValues, IpValue);

    protected override RuleCondition? ReadExpression(string key, DocumentValue value) => key switch
    {
        "BooleanExpression" => ReadBoolean(value),
        "StringExpression" => ReadString(value),
        "NumberExpression" => ReadNumber(value),
        "IpExpression" => Ip.Read(value) is { } ip ? new RuleIpExpression(ip.Operator, ip.Values) { IpSets = ip.IpSets } : null,
        "VerdictExpression" => VerdictExpressionReader.ReadVerdict(value) is { } verdict
            ? new RuleVerdictExpression(verdict.Evaluate, verdict.Operator, verdict.Values)
            : null,
        _ => VerdictExpressionReader.ReadDmarc(value) is { } dmarc ? new RuleDmarcExpression(dmarc.Operator, dmarc.Values) : null,
    };

    protected override RuleCondition AllOf(ImmutableArray<RuleCondition> conditions) => new RuleAllOf(conditions);

    protected override RuleCondition AnyOf(ImmutableArray<RuleCondition> conditions) => new RuleAnyOf(conditions);

    protected override RuleCondition Not(RuleCondition condition) => new RuleNot(condition);

    private static RuleBooleanExpression? ReadBoolean(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator"]) is not { } map)
        {
            return null;
        }

        var operand = map.Required("Evaluate") is { } evaluate ? RuleOperandReader.ReadBoolean(evaluate) : null;
        var comparison = map.Word("Operator", OperatorWords.Boolean);
        return map.Failed ? null : new RuleBooleanExpression(operand!, comparison!.Value);
    }

    private static RuleStringExpression? ReadString(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Values"]) is not { } map)
        {
            return null;
        }

        var operand = map.Required("Evaluate") is { } evaluate ? RuleOperandReader.ReadString(evaluate) : null;
        var comparison = map.Word("Operator", OperatorWords.String);
        var values = StringValuesReader.Read(map, comparison, MaximumValues, StringValue);
        return map.Failed ? null : new RuleStringExpression(operand!, comparison!.Value, values);
    }

    private static RuleNumberExpression? ReadNumber(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Value"]) is not { } map)
        {
            return null;
        }

        var attribute = map.Required("Evaluate")?.Union(["Attribute"])?.Value.Word(RuleWords.NumberAttribute);
        var comparison = map.Word("Operator", OperatorWords.Number);
        var number = map.Required("Value")?.Number();
        return map.Failed ? null : new RuleNumberExpression(attribute!.Value, comparison!.Value, number!.Value);
    }
}
