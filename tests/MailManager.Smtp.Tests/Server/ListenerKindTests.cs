using System.Net;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.Smtp.Tests.Server;

/// <summary>LMTP, implicit TLS, PROXY and XCLIENT over a socket.</summary>
public class SocketListenerKindTests() : ListenerKindTests(Wire.Socket);

/// <summary>LMTP, implicit TLS, PROXY and XCLIENT, each octet in a piece of its own.</summary>
public class OctetByOctetListenerKindTests() : ListenerKindTests(Wire.OctetByOctet);

/// <summary>LMTP, implicit TLS, PROXY and XCLIENT.</summary>
public abstract class ListenerKindTests(Wire wire)
{
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8")];

    [Fact]
    public async Task Lmtp_answers_each_recipient()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { IsLmtp = true }, wire: wire);
        await using var client = await server.ConnectAsync();
        await client.ReadReplyAsync();

        Assert.StartsWith("500", await client.CommandAsync("EHLO client.example"), StringComparison.Ordinal);
        Assert.StartsWith("500", await client.CommandAsync("HELO client.example"), StringComparison.Ordinal);
        Assert.StartsWith("250-mx.example", await client.CommandAsync("LHLO client.example"), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<1@d.example>");
        await client.CommandAsync("RCPT TO:<2@d.example>");
        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("x\r\n.\r\n"));
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.StartsWith("221", await client.CommandAsync("QUIT"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Implicit_tls_comes_before_the_greeting()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { IsTlsImplicit = true, RequireTls = true }, wire: wire);
        await using var client = await server.ConnectAsync();
        await client.HandshakeAsync();

        Assert.Equal("220 mx.example ESMTP", await client.ReadReplyAsync());
        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("x\r\n.\r\n"));
        Assert.Contains("mail a@b.example helo=c.example tls=True", server.Service.Events);
    }

    [Fact]
    public async Task Require_tls_is_offered_and_taken_under_tls_only()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();

        Assert.StartsWith("555", await client.CommandAsync("MAIL FROM:<a@b.example> REQUIRETLS"), StringComparison.Ordinal);
        await client.StartTlsAsync();
        Assert.Contains("REQUIRETLS", await client.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example> REQUIRETLS"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.0.1 4711 25\r\n", "192.0.2.7:4711")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n", "[2001:db8::7]:4711")]
    [InlineData("PROXY UNKNOWN\r\n", "127.0.0.1:")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\x02\x07\x7F\0\0\x01\x12\x67\0\x19", "192.0.2.7:4711")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", "127.0.0.1:")]
    public async Task A_proxy_header_tells_the_client(string header, string client)
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { ProxyFrom = Loopback }, wire: wire);
        await using var balancer = await server.ConnectAsync();

        await balancer.SendAsync(header + "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n");
        await balancer.ReadReplyAsync();
        await balancer.ReadReplyAsync();
        Assert.StartsWith("250", await balancer.ReadReplyAsync(), StringComparison.Ordinal);

        Assert.StartsWith(client, server.Service.Clients[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EHLO c.example\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.0.1 4711\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 2001:db8::1 4711 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.0.1 4711 65536\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.0.01 4711 25\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0B\xC0\0\x02\x07\x7F\0\0\x01\x12\x67\0")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\xFF\xFF")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10\xC0\0\x02\x07\x7F\0\0\x01\x12\x67\0\x19\x04\0\x09x")]
    public async Task A_balancer_that_sends_no_valid_header_is_cut_without_a_word(string octets)
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { ProxyFrom = Loopback }, wire: wire);
        await using var balancer = await server.ConnectAsync();

        await balancer.SendAsync(octets + new string('x', 110));

        Assert.Equal("", await balancer.ReadReplyAsync());
    }

    [Fact]
    public async Task A_client_of_its_own_cannot_pass_for_another_by_a_proxy_header()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { ProxyFrom = [IPNetwork.Parse("192.0.2.0/24")] }, wire: wire);
        await using var client = await server.ConnectAsync();
        await client.ReadReplyAsync();

        Assert.StartsWith("554 5.5.1", await client.CommandAsync("PROXY TCP4 192.0.2.7 127.0.0.1 4711 25"), StringComparison.Ordinal);
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Limits_count_the_client_behind_the_balancer()
    {
        await using var server = await ServerFixture.StartAsync(
            configure: options => options with { ProxyFrom = Loopback }, limits: new SessionGovernorOptions { SessionsPerAddress = 1 }, wire: wire);
        await using var first = await server.ConnectAsync();
        await first.SendAsync("PROXY TCP4 192.0.2.7 127.0.0.1 1 25\r\n");
        Assert.StartsWith("220", await first.ReadReplyAsync(), StringComparison.Ordinal);
        await using var other = await server.ConnectAsync();
        await other.SendAsync("PROXY TCP4 192.0.2.8 127.0.0.1 1 25\r\n");
        Assert.StartsWith("220", await other.ReadReplyAsync(), StringComparison.Ordinal);

        await using var second = await server.ConnectAsync();
        await second.SendAsync("PROXY TCP4 192.0.2.7 127.0.0.1 2 25\r\n");
        Assert.Equal("421 4.7.0 Too many sessions from your address, try again later", await second.ReadReplyAsync());
        Assert.Equal("", await second.ReadReplyAsync());
    }

    [Fact]
    public async Task Xclient_from_a_front_end_starts_the_session_of_its_client()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { XClientFrom = Loopback }, wire: wire);
        await using var client = await server.GreetAsync();

        Assert.StartsWith("220", await client.CommandAsync("XCLIENT NAME=[UNAVAILABLE] ADDR=IPv6:2001:db8::7 PORT=4711 PROTO=ESMTP HELO=real.example"), StringComparison.Ordinal);
        Assert.StartsWith("503", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        Assert.Contains("XCLIENT", await client.CommandAsync("EHLO real.example"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        Assert.Equal("[2001:db8::7]:4711", server.Service.Clients[^1]);
        Assert.Equal("503 5.5.1 Bad sequence of commands", await client.CommandAsync("XCLIENT ADDR=192.0.2.9"));
    }

    [Theory]
    [InlineData("XCLIENT")]
    [InlineData("XCLIENT ADDR=[UNAVAILABLE]")]
    [InlineData("XCLIENT ADDR=example.com")]
    [InlineData("XCLIENT ADDR=192.0.2.1 ADDR=192.0.2.2")]
    [InlineData("XCLIENT ADDR=192.0.2.1 PORT=65536")]
    [InlineData("XCLIENT HELO=a+0D+0Ab")]
    [InlineData("XCLIENT LOGIN=root")]
    public async Task A_bad_xclient_changes_nothing(string command)
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { XClientFrom = Loopback }, wire: wire);
        await using var client = await server.GreetAsync();

        Assert.Equal("501 5.5.4 Bad XCLIENT attribute or value", await client.CommandAsync(command));
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", server.Service.Clients[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_xclient_the_service_may_refuse_the_client()
    {
        var service = new RecordingService();
        await using var server = await ServerFixture.StartAsync(service, options => options with { XClientFrom = Loopback }, wire: wire);
        await using var client = await server.GreetAsync();
        service.Greeting = new SmtpReply(554, new EnhancedStatus(5, 7, 1), "Not you");

        Assert.Equal("554 5.7.1 Not you", await client.CommandAsync("XCLIENT ADDR=192.0.2.1"));
        Assert.Equal("", await client.ReadReplyAsync());
    }
}
