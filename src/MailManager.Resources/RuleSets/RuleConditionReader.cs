using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads the six expressions of a rule.</summary>
internal static class RuleConditionReader
{
    /// <summary>Values per expression.</summary>
    private const int MaximumValues = 10;

    internal static readonly TextRule StringValue = new(1, 4096);
    internal static readonly TextRule IpValue = new(1, 43);

    private static readonly ImmutableArray<string> Expressions =
        ["BooleanExpression", "StringExpression", "NumberExpression", "IpExpression", "VerdictExpression", "DmarcExpression"];

    public static RuleCondition? Read(DocumentValue value)
    {
        if (value.Union(Expressions) is not { } member)
        {
            return null;
        }

        return member.Key switch
        {
            "BooleanExpression" => ReadBoolean(member.Value),
            "StringExpression" => ReadString(member.Value),
            "NumberExpression" => ReadNumber(member.Value),
            "IpExpression" => ReadIp(member.Value),
            "VerdictExpression" => ReadVerdict(member.Value),
            _ => ReadDmarc(member.Value),
        };
    }

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
        var values = map.RequiredItems("Values", 1, MaximumValues, item => item.Text(StringValue));
        return map.Failed ? null : new RuleStringExpression(operand!, comparison!.Value, values);
    }

    private static RuleNumberExpression? ReadNumber(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Value"]) is not { } map)
        {
            return null;
        }

        map.Required("Evaluate")?.Union(["Attribute"])?.Value.Word(["MESSAGE_SIZE"]);
        var comparison = map.Word("Operator", OperatorWords.Number);
        var number = map.Required("Value")?.Number();
        return map.Failed ? null : new RuleNumberExpression(comparison!.Value, number!.Value);
    }

    private static RuleIpExpression? ReadIp(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Values"]) is not { } map)
        {
            return null;
        }

        map.Required("Evaluate")?.Union(["Attribute"])?.Value.Word(["SOURCE_IP"]);
        var comparison = map.Word("Operator", OperatorWords.Ip);
        var values = map.RequiredItems("Values", 1, MaximumValues, ReadRange);
        return map.Failed ? null : new RuleIpExpression(comparison!.Value, values);
    }

    /// <summary>
    /// The API's pattern admits any 43 characters; meant are addresses and ranges of both families. A bare address is itself alone.
    /// </summary>
    private static string? ReadRange(DocumentValue value)
    {
        var text = value.Text(IpValue);
        if (text is null || AddressRange.Parse(text, AddressFamily.Unspecified, prefixRequired: false, out var problem) is not null)
        {
            return text;
        }

        value.Error(problem!);
        return null;
    }

    private static RuleVerdictExpression? ReadVerdict(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Values"]) is not { } map)
        {
            return null;
        }

        var operand = map.Required("Evaluate") is { } evaluate ? RuleOperandReader.ReadVerdict(evaluate) : null;
        var comparison = map.Word("Operator", OperatorWords.Verdict);
        var values = map.Words("Values", 1, MaximumValues, RuleWords.Verdict);
        return map.Failed ? null : new RuleVerdictExpression(operand!, comparison!.Value, values);
    }

    private static RuleDmarcExpression? ReadDmarc(DocumentValue value)
    {
        if (value.Map(["Operator", "Values"]) is not { } map)
        {
            return null;
        }

        var comparison = map.Word("Operator", OperatorWords.Verdict);
        var values = map.Words("Values", 1, MaximumValues, RuleWords.DmarcPolicy);
        return map.Failed ? null : new RuleDmarcExpression(comparison!.Value, values);
    }
}
