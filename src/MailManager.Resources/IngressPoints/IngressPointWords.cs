using MailManager.Resources.Binding;

namespace MailManager.Resources.IngressPoints;

/// <summary>The API's words for the enumerations of ingress points.</summary>
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
}
