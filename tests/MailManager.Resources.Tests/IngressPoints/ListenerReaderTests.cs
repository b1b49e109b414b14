using System.Net;
using MailManager.Resources.IngressPoints;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.IngressPoints;

public class ListenerReaderTests
{
    private const string Implicit = "Address: \"127.0.0.1:2465\", Tls: IMPLICIT";
    private const string Lmtp = "{ Address: \"127.0.0.1:2424\", Protocol: LMTP }";
    private const string Proxies = "[198.51.100.7, \"2001:db8:1::/48\"]";

    [Fact]
    public void An_address_alone_and_a_map_are_listeners()
    {
        var listeners = ReadValid(FullDocument.Yaml).IngressPoints[1].Listeners;

        Assert.Equal(new ListenerSettings { Address = new IPEndPoint(IPAddress.Loopback, 2587) }, listeners[0]);
        Assert.Equal((ListenerTls.Implicit, ListenerProtocol.Smtp), (listeners[1].Tls, listeners[1].Protocol));
        Assert.Equal([IPNetwork.Parse("198.51.100.7/32"), IPNetwork.Parse("2001:db8:1::/48")], listeners[1].ProxyFrom);
        Assert.Equal([IPNetwork.Parse("198.51.100.0/24")], listeners[1].XClientFrom);
        Assert.Equal((ListenerTls.StartTls, ListenerProtocol.Lmtp), (listeners[2].Tls, listeners[2].Protocol));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 2424), listeners[2].Address);
    }

    [Theory]
    [InlineData(Implicit, "Tls: IMPLICIT", "[1]: Address is missing")]
    [InlineData(Implicit, "Address: localhost, Tls: IMPLICIT", "[1].Address: 'localhost' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData(Implicit, "Address: '127.0.0.1:2465', Tls: NONE", "[1].Tls: 'NONE' is not one of STARTTLS, IMPLICIT")]
    [InlineData(Implicit, "Address: '127.0.0.1:2465', TLS: IMPLICIT", "[1]: 'TLS' is not a known key; did you mean Tls?")]
    [InlineData(Lmtp, "{ Address: '127.0.0.1:2424', Protocol: ESMTP }", "[2].Protocol: 'ESMTP' is not one of SMTP, LMTP")]
    [InlineData(Lmtp, "{ Address: '127.0.0.1:25', Protocol: LMTP }", "[2].Protocol: LMTP must not be spoken on port 25 (RFC 2033 §5)")]
    [InlineData(Lmtp, "{ Address: '127.0.0.1:2587' }", "[2].Address: 127.0.0.1:2587 is taken by 127.0.0.1:2587 at IngressPoints[1].Listeners[0], on line 86")]
    [InlineData(Lmtp, "{ Address: '0.0.0.0:2525' }", "[2].Address: 0.0.0.0:2525 is taken by 127.0.0.1:2525 at IngressPoints[0].Listeners[0], on line 76")]
    [InlineData(Lmtp, "[ '127.0.0.1:2424' ]", "[2]: must be an IP address and a port, such as 127.0.0.1:25 or [::1]:25, or a map; not a list")]
    [InlineData(Proxies, "198.51.100.7", "[1].ProxyFrom: must be a list, not text")]
    [InlineData(Proxies, "[haproxy.example.com]", "[1].ProxyFrom[0]: 'haproxy.example.com' is not an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32")]
    [InlineData(Proxies, "[10.1.2.3/8]", "[1].ProxyFrom[0]: '10.1.2.3/8' has bits set beyond its prefix; write 10.0.0.0/8 or 10.1.2.3/32")]
    [InlineData(Proxies, "[10.0.0.0/33]", "[1].ProxyFrom[0]: '10.0.0.0/33' must end in a prefix length from 0 to 32")]
    [InlineData("[198.51.100.0/24]", "[{}]", "[1].XClientFrom[0]: must be text, not a map")]
    public void Members_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"IngressPoints[1].Listeners{expected}");

    [Fact]
    public void Ipv6_needs_dual_stack_in_a_map_as_well() =>
        Assert.Contains(
            "mailmanager.yaml:76: IngressPoints[0].Listeners[0].Address: [::1]:2525 is an IPv6 address, but IpType is IPV4; use DUAL_STACK",
            Read(
                FullDocument.Yaml
                    .Replace("DUAL_STACK", "IPV4", StringComparison.Ordinal)
                    .Replace("[\"127.0.0.1:2525\", \"[::1]:2525\",", "[{ Address: '[::1]:2525' },", StringComparison.Ordinal)).Errors);

    [Theory]
    [InlineData("[]")]
    [InlineData("[0.0.0.0/0]")]
    [InlineData("['::1', 127.0.0.1]")]
    public void Ranges_of_peers_may_be_empty_or_everything(string ranges) => Changing(Proxies, ranges);

    [Fact]
    public void Ranges_of_peers_have_a_maximum() =>
        Changing(
            Proxies,
            $"[{string.Join(", ", Enumerable.Repeat("192.0.2.1", 1001))}]",
            "IngressPoints[1].Listeners[1].ProxyFrom: has 1001 entries, must have at most 1000");

    [Fact]
    public void Lmtp_may_have_a_port_that_the_system_chooses() =>
        Changing(Lmtp, "{ Address: '127.0.0.1:0', Protocol: LMTP, Tls: IMPLICIT }");
}
