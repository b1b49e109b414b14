using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;

namespace MailManager.Resources.TrafficPolicies;

/// <summary>Reads the conditions of one policy statement: the five expressions, (+) verdicts, and combinations of them.</summary>
internal sealed class PolicyConditionReader() : ConditionReader<PolicyCondition>(Expressions)
{
    private static readonly ImmutableArray<string> Expressions =
    [
        "StringExpression", "IpExpression", "Ipv6Expression", "TlsExpression", "BooleanExpression", "VerdictExpression", "DmarcExpression",
    ];

    private static readonly IpExpressionReader Ipv4 =
        new("SENDER_IP", AddressFamily.InterNetwork, prefixRequired: true, int.MaxValue, new TextRule(1, int.MaxValue));

    /// <summary>A prefix length of three digits after an address of 45 characters, as the API has it.</summary>
    private static readonly IpExpressionReader Ipv6 =
        new("SENDER_IPV6", AddressFamily.InterNetworkV6, prefixRequired: true, int.MaxValue, new TextRule(1, 49));

    protected override PolicyCondition? ReadExpression(string key, DocumentValue value) => key switch
    {
        "StringExpression" => ReadString(value),
        "IpExpression" => Ipv4.Read(value) is { } ip ? new PolicyIpv4Expression(ip.Operator, ip.Values) { IpSets = ip.IpSets } : null,
        "Ipv6Expression" => Ipv6.Read(value) is { } ip ? new PolicyIpv6Expression(ip.Operator, ip.Values) { IpSets = ip.IpSets } : null,
        "TlsExpression" => ReadTls(value),
        "BooleanExpression" => ReadBoolean(value),
        "VerdictExpression" => VerdictExpressionReader.ReadVerdict(value) is { } verdict
            ? new PolicyVerdictExpression(verdict.Evaluate, verdict.Operator, verdict.Values)
            : null,
        _ => VerdictExpressionReader.ReadDmarc(value) is { } dmarc ? new PolicyDmarcExpression(dmarc.Operator, dmarc.Values) : null,
    };

    protected override PolicyCondition AllOf(ImmutableArray<PolicyCondition> conditions) => new PolicyAllOf(conditions);

    protected override PolicyCondition AnyOf(ImmutableArray<PolicyCondition> conditions) => new PolicyAnyOf(conditions);

    protected override PolicyCondition Not(PolicyCondition condition) => new PolicyNot(condition);

    /// <summary>
    /// The API sets no limits for the values. Here at least one is needed and none may be empty: an empty text ends every address,
    /// and a statement that allows everyone should not come about by a slip.
    /// </summary>
    private static PolicyStringExpression? ReadString(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Values"]) is not { } map)
        {
            return null;
        }

        var operand = map.Required("Evaluate") is { } evaluate ? ReadStringOperand(evaluate) : null;
        var comparison = map.Word("Operator", OperatorWords.String);
        var values = StringValuesReader.Read(map, comparison, int.MaxValue, TextRule.NotEmpty);
        return map.Failed ? null : new PolicyStringExpression(operand!, comparison!.Value, values);
    }

    private static PolicyStringOperand? ReadStringOperand(DocumentValue value)
    {
        if (value.Union(["Attribute", "Analysis"]) is not { } member)
        {
            return null;
        }

        if (member.Key == "Attribute")
        {
            return member.Value.Word(PolicyWords.StringAttribute) is { } name ? new PolicyStringOperand.Attribute(name) : null;
        }

        return AnalysisReader.Read(member.Value) is { } analysis ? new PolicyStringOperand.AddOn(analysis) : null;
    }

    private static PolicyTlsExpression? ReadTls(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator", "Value"]) is not { } map)
        {
            return null;
        }

        map.Required("Evaluate")?.Union(["Attribute"])?.Value.Word(["TLS_PROTOCOL"]);
        var comparison = map.Word("Operator", PolicyWords.TlsOperator);
        var version = map.Word("Value", PolicyWords.TlsVersion);
        return map.Failed ? null : new PolicyTlsExpression(comparison!.Value, version!.Value);
    }

    private static PolicyBooleanExpression? ReadBoolean(DocumentValue value)
    {
        if (value.Map(["Evaluate", "Operator"]) is not { } map)
        {
            return null;
        }

        var operand = map.Required("Evaluate") is { } evaluate ? ReadBooleanOperand(evaluate) : null;
        var comparison = map.Word("Operator", OperatorWords.Boolean);
        return map.Failed ? null : new PolicyBooleanExpression(operand!, comparison!.Value);
    }

    private static PolicyBooleanOperand? ReadBooleanOperand(DocumentValue value)
    {
        if (value.Union(["Analysis", "IsInAddressList"]) is not { } member)
        {
            return null;
        }

        if (member.Key == "Analysis")
        {
            return AnalysisReader.Read(member.Value) is { } analysis ? new PolicyBooleanOperand.AddOn(analysis) : null;
        }

        return AnalysisReader.ReadMembership(member.Value, PolicyWords.AddressAttribute) is { } membership
            ? new PolicyBooleanOperand.RecipientIsInAddressList(membership.AddressList)
            : null;
    }
}
