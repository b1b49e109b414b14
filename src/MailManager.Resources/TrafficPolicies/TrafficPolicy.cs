using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.Tags;

namespace MailManager.Resources.TrafficPolicies;

/// <summary>
/// Decides per recipient whether mail is let in (API: <c>CreateTrafficPolicy</c>). All <see cref="AcceptAction.Deny"/>
/// statements are asked first, then all <see cref="AcceptAction.Allow"/> statements, then <see cref="DefaultAction"/> applies;
/// the order in the list has no meaning.
/// </summary>
public sealed record TrafficPolicy
{
    /// <summary>3 to 63 characters of <c>[A-Za-z0-9_-]</c>.</summary>
    public required string TrafficPolicyName { get; init; }

    /// <summary>At most 20 statements; may be empty.</summary>
    public required ImmutableArray<PolicyStatement> PolicyStatements { get; init; }

    public required AcceptAction DefaultAction { get; init; }

    /// <summary>Largest message in octets, headers included; null: the server's own limit applies.</summary>
    public int? MaxMessageSizeBytes { get; init; }

    /// <summary>0 to 200, without effect on mail.</summary>
    public ImmutableArray<ResourceTag> Tags { get; init; } = [];
}

/// <summary>Holds when every condition holds. 1 to 10 conditions.</summary>
public sealed record PolicyStatement(AcceptAction Action, ImmutableArray<PolicyCondition> Conditions)
{
    /// <summary>(+) Only of DENY statements: what the client is told instead of the usual text. 1 to 256 printable ASCII characters.</summary>
    public string? ReplyText { get; init; }
}

/// <summary>One of the five expressions of a policy (API: union <c>PolicyCondition</c>), (+) a verdict, or several combined.</summary>
public abstract record PolicyCondition;

/// <summary>(+) Holds when all of 1 to 10 conditions do.</summary>
public sealed record PolicyAllOf(ImmutableArray<PolicyCondition> Conditions) : PolicyCondition;

/// <summary>(+) Holds when any of 1 to 10 conditions does.</summary>
public sealed record PolicyAnyOf(ImmutableArray<PolicyCondition> Conditions) : PolicyCondition;

/// <summary>(+) Holds when the condition does not.</summary>
public sealed record PolicyNot(PolicyCondition Condition) : PolicyCondition;

/// <summary>(+) Compares a verdict, as rules do. SPF is known at MAIL, the others when the message is there.</summary>
public sealed record PolicyVerdictExpression(RuleVerdictOperand Evaluate, VerdictOperator Operator, ImmutableArray<RuleVerdict> Values) : PolicyCondition;

/// <summary>(+) Compares the DMARC policy that the sender's domain publishes, as rules do; known when the message is there.</summary>
public sealed record PolicyDmarcExpression(VerdictOperator Operator, ImmutableArray<RuleDmarcPolicy> Values) : PolicyCondition;

/// <summary>Compares a text of the session or envelope (or an add-on's answer) with strings. API: <c>IngressStringExpression</c>.</summary>
public sealed record PolicyStringExpression(PolicyStringOperand Evaluate, StringOperator Operator, ImmutableArray<string> Values)
    : PolicyCondition;

/// <summary>Compares the client's IPv4 address with ranges; an IPv6 client is outside all of them. API: <c>IngressIpv4Expression</c>.</summary>
public sealed record PolicyIpv4Expression(IpOperator Operator, ImmutableArray<string> Values) : PolicyCondition
{
    /// <summary>(+) Names of IP sets, of which the IPv4 ranges count; there is at least one of these or of <see cref="Values"/>.</summary>
    public ImmutableArray<string> IpSets { get; init; } = [];
}

/// <summary>Compares the client's IPv6 address with ranges; an IPv4 client is outside all of them. API: <c>IngressIpv6Expression</c>.</summary>
public sealed record PolicyIpv6Expression(IpOperator Operator, ImmutableArray<string> Values) : PolicyCondition
{
    /// <summary>(+) Names of IP sets, of which the IPv6 ranges count; there is at least one of these or of <see cref="Values"/>.</summary>
    public ImmutableArray<string> IpSets { get; init; } = [];
}

/// <summary>Compares the session's TLS version; false for a session without TLS. API: <c>IngressTlsProtocolExpression</c>.</summary>
public sealed record PolicyTlsExpression(TlsProtocolOperator Operator, TlsProtocolVersion Value) : PolicyCondition;

/// <summary>A truth value: an add-on's answer or membership in an address list. API: <c>IngressBooleanExpression</c>.</summary>
public sealed record PolicyBooleanExpression(PolicyBooleanOperand Evaluate, BooleanOperator Operator) : PolicyCondition;

/// <summary>Left side of a string expression: <c>Attribute: RECIPIENT</c>, (+) another text of session and envelope, or an add-on's answer.</summary>
public abstract record PolicyStringOperand
{
    public sealed record Attribute(PolicyStringAttribute Name) : PolicyStringOperand;

    public sealed record AddOn(Analysis Analysis) : PolicyStringOperand;
}

/// <summary>Left side of a boolean expression.</summary>
public abstract record PolicyBooleanOperand
{
    public sealed record AddOn(Analysis Analysis) : PolicyBooleanOperand;

    /// <summary>Is the recipient in this address list (id or ARN)?</summary>
    public sealed record RecipientIsInAddressList(string AddressList) : PolicyBooleanOperand;
}

/// <summary>API: <c>IngressStringEmailAttribute</c>, (+) and more, which mean what they mean in rules.</summary>
public enum PolicyStringAttribute
{
    Recipient,

    /// <summary>(+)</summary>
    RecipientDomain,

    /// <summary>(+)</summary>
    MailFrom,

    /// <summary>(+)</summary>
    MailFromDomain,

    /// <summary>(+)</summary>
    Helo,

    /// <summary>(+)</summary>
    ReverseDns,
}

/// <summary>API: <c>IngressTlsProtocolOperator</c>.</summary>
public enum TlsProtocolOperator
{
    MinimumTlsVersion,
    Is,
}

/// <summary>API: <c>IngressTlsProtocolAttribute</c>.</summary>
public enum TlsProtocolVersion
{
    Tls12,
    Tls13,
}
