using MailManager.Resources.Binding;

namespace MailManager.Resources.Expressions;

/// <summary>The API's words for the operators that policies and rules share.</summary>
public static class OperatorWords
{
    /// <summary>API: <c>AcceptAction</c>.</summary>
    public static WireWords<AcceptAction> AcceptAction { get; } = new(
        ("ALLOW", Expressions.AcceptAction.Allow),
        ("DENY", Expressions.AcceptAction.Deny));

    /// <summary>API: <c>IngressStringOperator</c>, <c>RuleStringOperator</c>, (+) and more.</summary>
    public static WireWords<StringOperator> String { get; } = new(
        ("EQUALS", StringOperator.Equals),
        ("NOT_EQUALS", StringOperator.NotEquals),
        ("STARTS_WITH", StringOperator.StartsWith),
        ("ENDS_WITH", StringOperator.EndsWith),
        ("CONTAINS", StringOperator.Contains),
        ("MATCHES", StringOperator.Matches),
        ("NOT_MATCHES", StringOperator.NotMatches));

    /// <summary>API: <c>IngressIpOperator</c>, <c>RuleIpOperator</c>.</summary>
    public static WireWords<IpOperator> Ip { get; } = new(
        ("CIDR_MATCHES", IpOperator.CidrMatches),
        ("NOT_CIDR_MATCHES", IpOperator.NotCidrMatches));

    /// <summary>API: <c>RuleNumberOperator</c>.</summary>
    public static WireWords<NumberOperator> Number { get; } = new(
        ("EQUALS", NumberOperator.Equals),
        ("NOT_EQUALS", NumberOperator.NotEquals),
        ("LESS_THAN", NumberOperator.LessThan),
        ("GREATER_THAN", NumberOperator.GreaterThan),
        ("LESS_THAN_OR_EQUAL", NumberOperator.LessThanOrEqual),
        ("GREATER_THAN_OR_EQUAL", NumberOperator.GreaterThanOrEqual));

    /// <summary>API: <c>IngressBooleanOperator</c>, <c>RuleBooleanOperator</c>.</summary>
    public static WireWords<BooleanOperator> Boolean { get; } = new(
        ("IS_TRUE", BooleanOperator.IsTrue),
        ("IS_FALSE", BooleanOperator.IsFalse));

    /// <summary>API: <c>RuleVerdictOperator</c>, <c>RuleDmarcOperator</c>.</summary>
    public static WireWords<VerdictOperator> Verdict { get; } = new(
        ("EQUALS", VerdictOperator.Equals),
        ("NOT_EQUALS", VerdictOperator.NotEquals));
}
