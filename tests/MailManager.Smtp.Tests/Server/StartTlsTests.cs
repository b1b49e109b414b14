using System.Security.Authentication;

namespace MailManager.Smtp.Tests.Server;

/// <summary>STARTTLS over a socket.</summary>
public class SocketStartTlsTests() : StartTlsTests(Wire.Socket);

/// <summary>STARTTLS, each octet in a piece of its own.</summary>
public class OctetByOctetStartTlsTests() : StartTlsTests(Wire.OctetByOctet);

public abstract class StartTlsTests(Wire wire)
{
    [Fact]
    public async Task After_the_handshake_the_session_starts_anew_and_no_tls_is_offered()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();

        await client.StartTlsAsync();

        Assert.Equal("503 5.5.1 Say EHLO or HELO first", await client.CommandAsync("MAIL FROM:<a@b.example>"));
        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO again.example"), StringComparison.Ordinal);
        Assert.Equal("503 5.5.1 TLS already active", await client.CommandAsync("STARTTLS"));
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("x\r\n.\r\n"));
        Assert.Contains("mail a@b.example helo=again.example tls=True", server.Service.Events);
    }

    [Fact]
    public async Task Starttls_is_refused_within_a_transaction()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");

        Assert.Equal("503 5.5.1 Bad sequence of commands", await client.CommandAsync("STARTTLS"));
    }

    [Fact]
    public async Task Starttls_is_neither_offered_nor_taken_without_a_certificate()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { Tls = null }, wire: wire);
        await using var client = await server.ConnectAsync();
        await client.ReadReplyAsync();

        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
        Assert.Equal("502 5.5.1 Command not implemented", await client.CommandAsync("STARTTLS"));
    }

    [Fact]
    public async Task Where_tls_is_required_mail_in_clear_text_is_refused()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { RequireTls = true }, wire: wire);
        await using var client = await server.GreetAsync();

        Assert.Equal("530 5.7.0 Must issue a STARTTLS command first", await client.CommandAsync("MAIL FROM:<a@b.example>"));
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO c.example");
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_tls_version_fails_the_handshake()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("STARTTLS");

#pragma warning disable SYSLIB0039, CA5397 // The old version is what is tested.
        await Assert.ThrowsAnyAsync<Exception>(() => client.HandshakeAsync(SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397
        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("MAIL FROM:<evil@x.example>\r\n")]
    [InlineData("EHLO evil.example\r\nMAIL FROM:<evil@x.example>\r\n")]
    public async Task Clear_text_instead_of_a_handshake_closes_the_connection(string octets)
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("STARTTLS");

        await client.SendAsync(octets);

        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(["close"], server.Service.Events);
    }
}

/// <summary>Clear text that arrives together with STARTTLS (CVE-2011-0411): cut into pieces it would be the handshake, and fail.</summary>
public class StartTlsInjectionTests
{
    [Theory]
    [InlineData("NOOP\r\n")]
    [InlineData("EHLO evil.example\r\nMAIL FROM:<evil@x.example>\r\n")]
    [InlineData("x")]
    public async Task Clear_text_behind_starttls_ends_the_session(string injected)
    {
        await using var server = await ServerFixture.StartAsync(wire: Wire.Memory);
        await using var client = await server.GreetAsync();

        await client.SendAsync("STARTTLS\r\n" + injected);

        Assert.Equal("554 5.5.1 Nothing may follow STARTTLS before the handshake", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }
}
