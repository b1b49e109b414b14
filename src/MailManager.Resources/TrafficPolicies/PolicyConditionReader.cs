using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.TrafficPolicies;

/// <summary>Reads the five expressions of a policy statement.</summary>
internal static class PolicyConditionReader
{
    private static readonly ImmutableArray<string> Expressions =
        ["StringExpression", "IpExpression", "Ipv6Expression", "TlsExpression", "BooleanExpression"];

    // A prefix length of three digits after an address of 45 characters, as the API has it.
    private const int MaximumIpv6Length = 49;

    public static PolicyCondition? Read(DocumentValue value)
    {
        if (value.Union(Expressions) is not { } member)
        {
            return null;
        }

        return member.Key switch
        {
            "StringExpression" => ReadString(member.Value),
            "IpExpression" => ReadIpv4(member.Value),
            "Ipv6Expression" => ReadIpv6(member.Value),
            "TlsExpression" => ReadTls(member.Value),
            _ => ReadBoolean(member.Value),
        };
    }

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
        var values = map.RequiredItems("Values", 1, int.MaxValue, item => item.Text(TextRule.NotEmpty));
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
            return member.Value.Word(["RECIPIENT"]) is null ? null : new PolicyStringOperand.Recipient();
        }

        return AnalysisReader.Read(member.Value) is { } analysis ? new PolicyStringOperand.AddOn(analysis) : null;
    }

    private static PolicyIpv4Expression? ReadIpv4(DocumentValue value) =>
        ReadRanges(value, "SENDER_IP", AddressFamily.InterNetwork, int.MaxValue) is { } read
            ? new PolicyIpv4Expression(read.Operator, read.Values)
            : null;

    private static PolicyIpv6Expression? ReadIpv6(DocumentValue value) =>
        ReadRanges(value, "SENDER_IPV6", AddressFamily.InterNetworkV6, MaximumIpv6Length) is { } read
            ? new PolicyIpv6Expression(read.Operator, read.Values)
            : null;

    private static (IpOperator Operator, ImmutableArray<string> Values)? ReadRanges(
        DocumentValue value, string attribute, AddressFamily family, int maximumLength)
    {
        if (value.Map(["Evaluate", "Operator", "Values"]) is not { } map)
        {
            return null;
        }

        map.Required("Evaluate")?.Union(["Attribute"])?.Value.Word([attribute]);
        var comparison = map.Word("Operator", OperatorWords.Ip);
        var rule = new TextRule(1, maximumLength);
        var values = map.RequiredItems("Values", 1, int.MaxValue, item => ReadRange(item, rule, family));
        return map.Failed ? null : (comparison!.Value, values);
    }

    private static string? ReadRange(DocumentValue value, TextRule rule, AddressFamily family)
    {
        var text = value.Text(rule);
        if (text is null || AddressRange.Parse(text, family, prefixRequired: true, out var problem) is not null)
        {
            return text;
        }

        value.Error(problem!);
        return null;
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
