using MailManager.Resources.Binding;

namespace MailManager.Resources.IngressPoints;

/// <summary>The words for the enumerations of ingress points: the API's, then those that it does not have.</summary>
public static class IngressPointWords
{
    /// <summary>API: <c>IngressPointType</c>.</summary>
    public static WireWords<IngressPointType> Type { get; } = new(
        ("OPEN", IngressPointType.Open),
        ("AUTH", IngressPointType.Auth),
        ("MTLS", IngressPointType.Mtls));

    /// <summary>API: <c>TlsPolicy</c>.</summary>
    public static WireWords<TlsPolicy> TlsPolicy { get; } = new(
        ("REQUIRED", IngressPoints.TlsPolicy.Required),
        ("OPTIONAL", IngressPoints.TlsPolicy.Optional),
        ("FIPS", IngressPoints.TlsPolicy.Fips));

    /// <summary>API: <c>IpType</c>.</summary>
    public static WireWords<IngressIpType> IpType { get; } = new(
        ("IPV4", IngressIpType.Ipv4),
        ("DUAL_STACK", IngressIpType.DualStack));

    /// <summary>Words of <c>OnExpiredCrl</c>.</summary>
    public static WireWords<OnExpiredCrl> OnExpiredCrl { get; } = new(
        ("DISABLE_CA", IngressPoints.OnExpiredCrl.DisableCa),
        ("IGNORE", IngressPoints.OnExpiredCrl.Ignore));

    /// <summary>Words of a listener's <c>Tls</c>.</summary>
    public static WireWords<ListenerTls> ListenerTls { get; } = new(
        ("STARTTLS", IngressPoints.ListenerTls.StartTls),
        ("IMPLICIT", IngressPoints.ListenerTls.Implicit));

    /// <summary>Words of a listener's <c>Protocol</c>.</summary>
    public static WireWords<ListenerProtocol> ListenerProtocol { get; } = new(
        ("SMTP", IngressPoints.ListenerProtocol.Smtp),
        ("LMTP", IngressPoints.ListenerProtocol.Lmtp));

    /// <summary>Words of <c>OnFailure</c>.</summary>
    public static WireWords<ProtectionFailure> ProtectionFailure { get; } = new(
        ("ALLOW", IngressPoints.ProtectionFailure.Allow),
        ("DEFER", IngressPoints.ProtectionFailure.Defer));
}
