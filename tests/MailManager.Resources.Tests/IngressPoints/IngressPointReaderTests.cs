using System.Net;
using MailManager.Resources.IngressPoints;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.IngressPoints;

public class IngressPointReaderTests
{
    [Fact]
    public void Ingress_point_becomes_a_record()
    {
        var point = ReadValid(FullDocument.Yaml).IngressPoints[0];

        Assert.Equal("front-door", point.IngressPointName);
        Assert.Equal(IngressPointType.Open, point.Type);
        Assert.Equal(TlsPolicy.Optional, point.TlsPolicy);
        Assert.Equal("public-mx", point.TrafficPolicyId);
        Assert.Equal("gateway", point.RuleSetId);
        Assert.Equal(IngressIpType.DualStack, point.IpType);
        Assert.Equal(
            [new(IPAddress.Loopback, 2525), new(IPAddress.IPv6Loopback, 2525), new(IPAddress.Loopback, 0)],
            point.Listeners.Select(listener => listener.Address));
        Assert.Equal(new IngressAuthentication.None(), point.Authentication);
        Assert.Empty(point.Credentials);
        Assert.Equal(new SessionLimits(), point.Limits);
        Assert.Equal(new ProtectionSettings(), point.Protection);
    }

    [Fact]
    public void Tls_is_required_by_default()
    {
        var yaml = FullDocument.Yaml.Replace("    TlsPolicy: OPTIONAL\n", "", StringComparison.Ordinal);

        Assert.Equal(TlsPolicy.Required, ReadValid(yaml).IngressPoints[0].TlsPolicy);
    }

    [Theory]
    [InlineData("IngressPointName: front-door", "IngressPointName: ab", ".IngressPointName: 'ab' has 2 characters, must have 3 to 63")]
    [InlineData("IngressPointName: front-door", "IngressPointName: a.b.c", ".IngressPointName: 'a.b.c' does not match [A-Za-z0-9_-]+")]
    [InlineData("Type: OPEN", "Type: PUBLIC", ".Type: 'PUBLIC' is not one of OPEN, AUTH, MTLS")]
    [InlineData("TlsPolicy: OPTIONAL", "TlsPolicy: NONE", ".TlsPolicy: 'NONE' is not one of REQUIRED, OPTIONAL, FIPS")]
    [InlineData("TrafficPolicyId: public-mx", "TrafficPolicyId: public", ".TrafficPolicyId: no traffic policy is named 'public'; did you mean 'public-mx'?")]
    [InlineData("RuleSetId: gateway", "RuleSetId: Gateway", ".RuleSetId: no rule set is named 'Gateway'; did you mean 'gateway'?")]
    [InlineData("RuleSetId: gateway", "RuleSetId: something-else", ".RuleSetId: no rule set is named 'something-else'")]
    [InlineData("RuleSetId: gateway", "RuleSetId: ''", ".RuleSetId: '' has 0 characters, must have 1 to 100")]
    [InlineData("IpType: DUAL_STACK", "IpType: IPV6", ".NetworkConfiguration.PublicNetworkConfiguration.IpType: 'IPV6' is not one of IPV4, DUAL_STACK")]
    [InlineData("PublicNetworkConfiguration: { IpType: DUAL_STACK }", "PrivateNetworkConfiguration: { VpcEndpointId: vpce-01234567890123456 }", ".NetworkConfiguration: PrivateNetworkConfiguration is not supported: there are no VPC endpoints here; Listeners says what is reachable")]
    [InlineData("\"127.0.0.1:0\"", "127.0.0.1", ".Listeners[2]: '127.0.0.1' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("\"127.0.0.1:0\"", "localhost:25", ".Listeners[2]: 'localhost:25' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("\"127.0.0.1:0\"", "'::1:25'", ".Listeners[2]: '::1:25' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("\"127.0.0.1:0\"", "127.0.0.1:65536", ".Listeners[2]: '127.0.0.1:65536' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("\"127.0.0.1:0\"", "'[127.0.0.1]:25'", ".Listeners[2]: '[127.0.0.1]:25' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("[\"127.0.0.1:2525\", \"[::1]:2525\", \"127.0.0.1:0\"]", "[]", ".Listeners: has 0 entries, must have at least 1")]
    public void Members_are_checked(string from, string to, string expected) => Changing(from, to, $"IngressPoints[0]{expected}");

    [Fact]
    public void Ipv6_listener_needs_dual_stack() =>
        Assert.Equal(
            ["mailmanager.yaml:76: IngressPoints[0].Listeners[1]: [::1]:2525 is an IPv6 address, but IpType is IPV4; use DUAL_STACK"],
            Read(FullDocument.Yaml.Replace("DUAL_STACK", "IPV4", StringComparison.Ordinal)).Errors);

    [Theory]
    [InlineData("TlsPolicy: FIPS", "TlsPolicy: REQUIRED")]
    [InlineData("TlsPolicy: OPTIONAL", "TlsPolicy: FIPS")]
    [InlineData("Type: AUTH", "TlsPolicy: OPTIONAL\n    Type: AUTH")]
    public void Every_policy_that_fits_the_type_is_taken(string from, string to) => Changing(from, to);

    [Fact]
    public void A_certificate_cannot_be_asked_for_without_tls() =>
        Changing(
            "TlsPolicy: FIPS",
            "TlsPolicy: OPTIONAL",
            "IngressPoints[2].TlsPolicy: OPTIONAL does not fit MTLS: without TLS there is no certificate; use REQUIRED or FIPS");

    [Theory]
    [InlineData("127.0.0.1:2525", "127.0.0.1:2525", true)]
    [InlineData("127.0.0.1:2525", "127.0.0.2:2525", false)]
    [InlineData("127.0.0.1:2525", "127.0.0.1:2526", false)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", false)]
    [InlineData("0.0.0.0:25", "127.0.0.1:25", true)]
    [InlineData("0.0.0.0:25", "[::1]:25", false)]
    [InlineData("[::]:25", "127.0.0.1:25", true)]
    [InlineData("[::1]:25", "[::]:25", true)]
    public void Two_listeners_on_the_same_address_collide(string one, string other, bool collide) =>
        Assert.Equal(collide, ListenerAddress.Collide(IPEndPoint.Parse(one), IPEndPoint.Parse(other)));

    [Fact]
    public void A_listener_of_another_ingress_point_is_an_error_at_the_second() =>
        Assert.Equal(
            ["mailmanager.yaml:135: IngressPoints[3].Listeners[0]: 127.0.0.1:2525 is taken by 127.0.0.1:2525 at IngressPoints[0].Listeners[0], on line 76"],
            Read(
                FullDocument.Yaml
                + """

                  - IngressPointName: back-door
                    Type: OPEN
                    TrafficPolicyId: public-mx
                    RuleSetId: gateway

                    Listeners: ["127.0.0.1:2525"]
                """).Errors);
}
