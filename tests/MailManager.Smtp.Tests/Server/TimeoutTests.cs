using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>Timeouts over a socket.</summary>
public class SocketTimeoutTests() : TimeoutTests(Wire.Socket);

/// <summary>Timeouts, each octet in a piece of its own.</summary>
public class OctetByOctetTimeoutTests() : TimeoutTests(Wire.OctetByOctet);

/// <summary>What a session hears when its time is over (RFC 5321 §4.5.3.2).</summary>
public abstract class TimeoutTests(Wire wire)
{
    [Fact]
    public async Task A_silent_session_hears_421_after_its_idle_time()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time, wire: wire);
        await using var client = await server.GreetAsync();

        time.Advance(TimeSpan.FromMinutes(4));
        Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal("421 4.4.2 Timed out waiting for input", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_silent_session_hears_421_under_tls_too()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time, wire: wire);
        await using var client = await server.GreetAsync();
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO client.example");

        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal("421 4.4.2 Timed out waiting for input", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_client_that_falls_silent_in_its_data_is_cut_off()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time, wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        await client.CommandAsync("DATA");

        time.Advance(TimeSpan.FromMinutes(31));

        Assert.StartsWith("421 4.4.2", await client.ReadReplyAsync(), StringComparison.Ordinal);
        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("reset", server.Service.Events);
    }

    [Fact]
    public async Task A_session_may_not_last_for_ever()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(configure: With(new SessionLimits { SessionTime = TimeSpan.FromMinutes(30) }), time: time, wire: wire);
        await using var client = await server.GreetAsync();
        for (var minutes = 0; minutes < 28; minutes += 4)
        {
            time.Advance(TimeSpan.FromMinutes(4));
            Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
        }

        // Idle time would go on to 33 minutes.
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("421 4.4.2 Session has lasted too long, connect again", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task The_end_of_the_session_time_waits_for_the_transaction()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(configure: With(new SessionLimits { SessionTime = TimeSpan.FromMinutes(3) }), time: time, wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        time.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("x\r\n.\r\n"));
        Assert.Equal("421 4.4.2 Session has lasted too long, connect again", await client.ReadReplyAsync());
    }

    [Theory]
    [InlineData("NOOP")]
    [InlineData("BDAT 0")]
    public async Task A_transaction_cannot_be_kept_for_ever(string command)
    {
        var time = new FakeTimeProvider();
        var limits = new SessionLimits { SessionTime = TimeSpan.FromMinutes(4), DataTimeout = TimeSpan.FromMinutes(10) };
        await using var server = await ServerFixture.StartAsync(configure: With(limits), time: time, wire: wire);
        await using var client = await BeginAsync(server);
        for (var minutes = 0; minutes < 12; minutes += 4)
        {
            time.Advance(TimeSpan.FromMinutes(4));
            Assert.StartsWith("250", await client.CommandAsync(command), StringComparison.Ordinal);
        }

        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("421 4.4.2 Session has lasted too long, connect again", await client.ReadReplyAsync());
        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, server.Server.Governor.Messages);
    }

    [Fact]
    public async Task A_handshake_that_never_ends_is_cut()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time, wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("STARTTLS");

        var closed = client.ReadReplyAsync();
        while (!closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Yield();
        }

        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static Func<SmtpServerOptions, SmtpServerOptions> With(SessionLimits limits) => options => options with { Limits = limits };

    private static async Task<RawSmtpClient> BeginAsync(ServerFixture server)
    {
        var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<1@d.example>");
        return client;
    }
}
