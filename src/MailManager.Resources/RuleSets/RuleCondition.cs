using System.Collections.Immutable;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>One of the six expressions of a rule (API: union <c>RuleCondition</c>).</summary>
public abstract record RuleCondition;

/// <summary>API: <c>RuleStringExpression</c>; 1 to 10 values of 1 to 4096 characters.</summary>
public sealed record RuleStringExpression(RuleStringOperand Evaluate, StringOperator Operator, ImmutableArray<string> Values) : RuleCondition;

/// <summary>Compares the message size in octets. API: <c>RuleNumberExpression</c>.</summary>
public sealed record RuleNumberExpression(NumberOperator Operator, double Value) : RuleCondition;

/// <summary>API: <c>RuleBooleanExpression</c>.</summary>
public sealed record RuleBooleanExpression(RuleBooleanOperand Evaluate, BooleanOperator Operator) : RuleCondition;

/// <summary>Compares the client's address, IPv4 or IPv6, with 1 to 10 ranges. API: <c>RuleIpExpression</c>.</summary>
public sealed record RuleIpExpression(IpOperator Operator, ImmutableArray<string> Values) : RuleCondition;

/// <summary>API: <c>RuleVerdictExpression</c>.</summary>
public sealed record RuleVerdictExpression(RuleVerdictOperand Evaluate, VerdictOperator Operator, ImmutableArray<RuleVerdict> Values) : RuleCondition;

/// <summary>Compares the DMARC policy that the sender's domain publishes. API: <c>RuleDmarcExpression</c>.</summary>
public sealed record RuleDmarcExpression(VerdictOperator Operator, ImmutableArray<RuleDmarcPolicy> Values) : RuleCondition;

/// <summary>Left side of a string expression (API: union <c>RuleStringToEvaluate</c>).</summary>
public abstract record RuleStringOperand
{
    public sealed record Attribute(RuleStringEmailAttribute Name) : RuleStringOperand;

    /// <summary>A header field whose name matches <c>X-[a-zA-Z0-9-]{1,256}</c>.</summary>
    public sealed record MimeHeader(string Name) : RuleStringOperand;

    public sealed record AddOn(Analysis Analysis) : RuleStringOperand;

    public sealed record ClientCertificate(RuleClientCertificateAttribute Name) : RuleStringOperand;
}

/// <summary>Left side of a boolean expression (API: union <c>RuleBooleanToEvaluate</c>).</summary>
public abstract record RuleBooleanOperand
{
    public sealed record Attribute(RuleBooleanEmailAttribute Name) : RuleBooleanOperand;

    public sealed record AddOn(Analysis Analysis) : RuleBooleanOperand;

    public sealed record IsInAddressList(RuleAddressListEmailAttribute Operand, string AddressList) : RuleBooleanOperand;
}

/// <summary>Left side of a verdict expression (API: union <c>RuleVerdictToEvaluate</c>).</summary>
public abstract record RuleVerdictOperand
{
    public sealed record Attribute(RuleVerdictAttribute Name) : RuleVerdictOperand;

    public sealed record AddOn(Analysis Analysis) : RuleVerdictOperand;
}

/// <summary>MAIL_FROM, HELO and RECIPIENT are of the SMTP session and envelope; the others are header fields.</summary>
public enum RuleStringEmailAttribute
{
    MailFrom,
    Helo,
    Recipient,
    Sender,
    From,
    Subject,
    To,
    Cc,
}

/// <summary>TLS: the session used TLS. TLS_WRAPPED: from its first byte (implicit TLS).</summary>
public enum RuleBooleanEmailAttribute
{
    ReadReceiptRequested,
    Tls,
    TlsWrapped,
}

/// <summary>API: <c>RuleAddressListEmailAttribute</c>.</summary>
public enum RuleAddressListEmailAttribute
{
    Recipient,
    MailFrom,
    Sender,
    From,
    To,
    Cc,
}

/// <summary>API: <c>RuleClientCertificateAttribute</c>.</summary>
public enum RuleClientCertificateAttribute
{
    Cn,
    SanRfc822Name,
    SanDnsName,
    SanDirectoryName,
    SanUniformResourceIdentifier,
    SanIpAddress,
    SanRegisteredId,
    SerialNumber,
}

/// <summary>API: <c>RuleVerdictAttribute</c>.</summary>
public enum RuleVerdictAttribute
{
    Spf,
    Dkim,
}

/// <summary>API: <c>RuleVerdict</c>.</summary>
public enum RuleVerdict
{
    Pass,
    Fail,
    Gray,
    ProcessingFailed,
}

/// <summary>API: <c>RuleDmarcPolicy</c>.</summary>
public enum RuleDmarcPolicy
{
    None,
    Quarantine,
    Reject,
}
