using MailManager.Resources.Binding;

namespace MailManager.Resources.TrafficPolicies;

/// <summary>The API's words for the enumerations of traffic policies.</summary>
public static class PolicyWords
{
    /// <summary>API: <c>IngressTlsProtocolOperator</c>.</summary>
    public static WireWords<TlsProtocolOperator> TlsOperator { get; } = new(
        ("MINIMUM_TLS_VERSION", TlsProtocolOperator.MinimumTlsVersion),
        ("IS", TlsProtocolOperator.Is));

    /// <summary>API: <c>IngressTlsProtocolAttribute</c>.</summary>
    public static WireWords<TlsProtocolVersion> TlsVersion { get; } = new(
        ("TLS1_2", TlsProtocolVersion.Tls12),
        ("TLS1_3", TlsProtocolVersion.Tls13));

    /// <summary>API: <c>IngressStringEmailAttribute</c>, (+) and more.</summary>
    public static WireWords<PolicyStringAttribute> StringAttribute { get; } = new(
        ("RECIPIENT", PolicyStringAttribute.Recipient),
        ("RECIPIENT_DOMAIN", PolicyStringAttribute.RecipientDomain),
        ("MAIL_FROM", PolicyStringAttribute.MailFrom),
        ("MAIL_FROM_DOMAIN", PolicyStringAttribute.MailFromDomain),
        ("HELO", PolicyStringAttribute.Helo),
        ("REVERSE_DNS", PolicyStringAttribute.ReverseDns));

    /// <summary>API: <c>IngressAddressListEmailAttribute</c>.</summary>
    internal static WireWords<PolicyAddressAttribute> AddressAttribute { get; } = new(("RECIPIENT", PolicyAddressAttribute.Recipient));
}

/// <summary>The one address of a session that a policy can look up in an address list.</summary>
internal enum PolicyAddressAttribute
{
    Recipient,
}
