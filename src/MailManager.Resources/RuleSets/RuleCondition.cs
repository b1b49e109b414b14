using System.Collections.Immutable;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>One of the six expressions of a rule (API: union <c>RuleCondition</c>), or (+) several combined.</summary>
public abstract record RuleCondition;

/// <summary>(+) Holds when all of 1 to 10 conditions do.</summary>
public sealed record RuleAllOf(ImmutableArray<RuleCondition> Conditions) : RuleCondition;

/// <summary>(+) Holds when any of 1 to 10 conditions does.</summary>
public sealed record RuleAnyOf(ImmutableArray<RuleCondition> Conditions) : RuleCondition;

/// <summary>(+) Holds when the condition does not.</summary>
public sealed record RuleNot(RuleCondition Condition) : RuleCondition;

/// <summary>API: <c>RuleStringExpression</c>; 1 to 10 values of 1 to 4096 characters.</summary>
public sealed record RuleStringExpression(RuleStringOperand Evaluate, StringOperator Operator, ImmutableArray<string> Values) : RuleCondition;

/// <summary>API: <c>RuleNumberExpression</c>.</summary>
public sealed record RuleNumberExpression(RuleNumberEmailAttribute Evaluate, NumberOperator Operator, double Value) : RuleCondition;

/// <summary>API: <c>RuleBooleanExpression</c>.</summary>
public sealed record RuleBooleanExpression(RuleBooleanOperand Evaluate, BooleanOperator Operator) : RuleCondition;

/// <summary>
/// Compares the client's address, IPv4 or IPv6, with 1 to 10 ranges, (+) or with the ranges of 1 to 10 IP sets, or both. API: <c>RuleIpExpression</c>.
/// </summary>
public sealed record RuleIpExpression(IpOperator Operator, ImmutableArray<string> Values) : RuleCondition
{
    /// <summary>(+) Names of IP sets; there is at least one of these or of <see cref="Values"/>.</summary>
    public ImmutableArray<string> IpSets { get; init; } = [];
}

/// <summary>API: <c>RuleVerdictExpression</c>.</summary>
public sealed record RuleVerdictExpression(RuleVerdictOperand Evaluate, VerdictOperator Operator, ImmutableArray<RuleVerdict> Values) : RuleCondition;

/// <summary>Compares the DMARC policy that the sender's domain publishes. API: <c>RuleDmarcExpression</c>.</summary>
public sealed record RuleDmarcExpression(VerdictOperator Operator, ImmutableArray<RuleDmarcPolicy> Values) : RuleCondition;

/// <summary>Left side of a string expression (API: union <c>RuleStringToEvaluate</c>).</summary>
public abstract record RuleStringOperand
{
    public sealed record Attribute(RuleStringEmailAttribute Name) : RuleStringOperand;

    /// <summary>A header field whose name matches <c>X-[a-zA-Z0-9-]{1,256}</c>, (+) or any other.</summary>
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

/// <summary>MAIL_FROM, HELO and RECIPIENT are of the SMTP session and envelope; the others of the API are header fields.</summary>
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

    /// <summary>(+) What follows the last <c>@</c> of MAIL_FROM; empty for the null reverse-path.</summary>
    MailFromDomain,

    /// <summary>(+) What follows the last <c>@</c> of RECIPIENT.</summary>
    RecipientDomain,

    /// <summary>(+) The domains of the addresses in the From field.</summary>
    FromDomain,

    /// <summary>(+) The Message-ID field, without angle brackets.</summary>
    MessageId,

    /// <summary>(+) The name that the client's address has in the DNS, if that name has the address; otherwise empty.</summary>
    ReverseDns,

    /// <summary>(+) File names of attachments.</summary>
    AttachmentName,

    /// <summary>(+) Media types of attachments: <c>application/pdf</c>.</summary>
    AttachmentType,
}

/// <summary>API: <c>RuleNumberEmailAttribute</c>.</summary>
public enum RuleNumberEmailAttribute
{
    /// <summary>Octets, as received.</summary>
    MessageSize,

    /// <summary>(+) How many attachments there are.</summary>
    AttachmentCount,

    /// <summary>(+) Octets of each attachment, decoded.</summary>
    AttachmentSize,
}

/// <summary>TLS: the session used TLS. TLS_WRAPPED: from its first byte (implicit TLS).</summary>
public enum RuleBooleanEmailAttribute
{
    ReadReceiptRequested,
    Tls,
    TlsWrapped,

    /// <summary>(+) There is an attachment.</summary>
    HasAttachments,

    /// <summary>(+) The message has more parts, depth or octets than are looked at for attachments, or took too long.</summary>
    TooComplex,
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

    /// <summary>(+) Whether the message passes DMARC, whatever policy the domain publishes.</summary>
    Dmarc,

    /// <summary>(+) Whether its ARC chain is valid.</summary>
    Arc,
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
