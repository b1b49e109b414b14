using System.Collections.Immutable;
using MailManager.Resources.Binding;

namespace MailManager.Resources.RuleSets;

/// <summary>The API's words for the enumerations of rules.</summary>
public static class RuleWords
{
    /// <summary>API: <c>RuleStringEmailAttribute</c>, (+) and more.</summary>
    public static WireWords<RuleStringEmailAttribute> StringAttribute { get; } = new(
        ("MAIL_FROM", RuleStringEmailAttribute.MailFrom),
        ("HELO", RuleStringEmailAttribute.Helo),
        ("RECIPIENT", RuleStringEmailAttribute.Recipient),
        ("SENDER", RuleStringEmailAttribute.Sender),
        ("FROM", RuleStringEmailAttribute.From),
        ("SUBJECT", RuleStringEmailAttribute.Subject),
        ("TO", RuleStringEmailAttribute.To),
        ("CC", RuleStringEmailAttribute.Cc),
        ("MAIL_FROM_DOMAIN", RuleStringEmailAttribute.MailFromDomain),
        ("RECIPIENT_DOMAIN", RuleStringEmailAttribute.RecipientDomain),
        ("FROM_DOMAIN", RuleStringEmailAttribute.FromDomain),
        ("MESSAGE_ID", RuleStringEmailAttribute.MessageId),
        ("REVERSE_DNS", RuleStringEmailAttribute.ReverseDns),
        ("ATTACHMENT_NAME", RuleStringEmailAttribute.AttachmentName),
        ("ATTACHMENT_TYPE", RuleStringEmailAttribute.AttachmentType));

    /// <summary>API: <c>RuleNumberEmailAttribute</c>, (+) and more.</summary>
    public static WireWords<RuleNumberEmailAttribute> NumberAttribute { get; } = new(
        ("MESSAGE_SIZE", RuleNumberEmailAttribute.MessageSize),
        ("ATTACHMENT_COUNT", RuleNumberEmailAttribute.AttachmentCount),
        ("ATTACHMENT_SIZE", RuleNumberEmailAttribute.AttachmentSize));

    /// <summary>API: <c>RuleBooleanEmailAttribute</c>, (+) and more.</summary>
    public static WireWords<RuleBooleanEmailAttribute> BooleanAttribute { get; } = new(
        ("READ_RECEIPT_REQUESTED", RuleBooleanEmailAttribute.ReadReceiptRequested),
        ("TLS", RuleBooleanEmailAttribute.Tls),
        ("TLS_WRAPPED", RuleBooleanEmailAttribute.TlsWrapped),
        ("HAS_ATTACHMENTS", RuleBooleanEmailAttribute.HasAttachments),
        ("TOO_COMPLEX", RuleBooleanEmailAttribute.TooComplex));

    /// <summary>API: <c>RuleAddressListEmailAttribute</c>.</summary>
    public static WireWords<RuleAddressListEmailAttribute> AddressListAttribute { get; } = new(
        ("RECIPIENT", RuleAddressListEmailAttribute.Recipient),
        ("MAIL_FROM", RuleAddressListEmailAttribute.MailFrom),
        ("SENDER", RuleAddressListEmailAttribute.Sender),
        ("FROM", RuleAddressListEmailAttribute.From),
        ("TO", RuleAddressListEmailAttribute.To),
        ("CC", RuleAddressListEmailAttribute.Cc));

    /// <summary>API: <c>RuleClientCertificateAttribute</c>.</summary>
    public static WireWords<RuleClientCertificateAttribute> ClientCertificateAttribute { get; } = new(
        ("CN", RuleClientCertificateAttribute.Cn),
        ("SAN_RFC822_NAME", RuleClientCertificateAttribute.SanRfc822Name),
        ("SAN_DNS_NAME", RuleClientCertificateAttribute.SanDnsName),
        ("SAN_DIRECTORY_NAME", RuleClientCertificateAttribute.SanDirectoryName),
        ("SAN_UNIFORM_RESOURCE_IDENTIFIER", RuleClientCertificateAttribute.SanUniformResourceIdentifier),
        ("SAN_IP_ADDRESS", RuleClientCertificateAttribute.SanIpAddress),
        ("SAN_REGISTERED_ID", RuleClientCertificateAttribute.SanRegisteredId),
        ("SERIAL_NUMBER", RuleClientCertificateAttribute.SerialNumber));

    /// <summary>API: <c>RuleVerdictAttribute</c>, (+) and more.</summary>
    public static WireWords<RuleVerdictAttribute> VerdictAttribute { get; } = new(
        ("SPF", RuleVerdictAttribute.Spf),
        ("DKIM", RuleVerdictAttribute.Dkim),
        ("DMARC", RuleVerdictAttribute.Dmarc),
        ("ARC", RuleVerdictAttribute.Arc));

    /// <summary>API: <c>RuleVerdict</c>.</summary>
    public static WireWords<RuleVerdict> Verdict { get; } = new(
        ("PASS", RuleVerdict.Pass),
        ("FAIL", RuleVerdict.Fail),
        ("GRAY", RuleVerdict.Gray),
        ("PROCESSING_FAILED", RuleVerdict.ProcessingFailed));

    /// <summary>API: <c>RuleDmarcPolicy</c>.</summary>
    public static WireWords<RuleDmarcPolicy> DmarcPolicy { get; } = new(
        ("NONE", RuleDmarcPolicy.None),
        ("QUARANTINE", RuleDmarcPolicy.Quarantine),
        ("REJECT", RuleDmarcPolicy.Reject));

    /// <summary>API: <c>ActionFailurePolicy</c>.</summary>
    public static WireWords<ActionFailurePolicy> FailurePolicy { get; } = new(
        ("CONTINUE", ActionFailurePolicy.Continue),
        ("DROP", ActionFailurePolicy.Drop));

    /// <summary>API: <c>MailFrom</c>.</summary>
    public static WireWords<MailFrom> MailFrom { get; } = new(
        ("REPLACE", RuleSets.MailFrom.Replace),
        ("PRESERVE", RuleSets.MailFrom.Preserve));

    /// <summary>API: <c>SnsNotificationEncoding</c>.</summary>
    public static ImmutableArray<string> SnsEncoding { get; } = ["UTF-8", "BASE64"];

    /// <summary>API: <c>SnsNotificationPayloadType</c>.</summary>
    public static ImmutableArray<string> SnsPayloadType { get; } = ["HEADERS", "CONTENT"];

    /// <summary>API: <c>LambdaInvocationType</c>.</summary>
    public static ImmutableArray<string> LambdaInvocationType { get; } = ["EVENT", "REQUEST_RESPONSE"];
}
