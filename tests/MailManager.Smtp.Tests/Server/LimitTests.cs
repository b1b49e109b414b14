using System.Net;
using System.Text;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;
using MailManager.TestKit.Time;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>Limits over a socket.</summary>
public class SocketLimitTests() : LimitTests(Wire.Socket);

/// <summary>Limits, each octet in a piece of its own.</summary>
public class OctetByOctetLimitTests() : LimitTests(Wire.OctetByOctet);

/// <summary>Every limit of a session and of the server, with the reply that is given when it is reached.</summary>
public abstract class LimitTests(Wire wire)
{
    private static readonly SessionGovernorOptions Unlimited = new();

    [Fact]
    public async Task Too_many_transactions_end_the_session()
    {
        await using var server = await ServerFixture.StartAsync(configure: With(new SessionLimits { Transactions = 2 }), wire: wire);
        await using var client = await server.GreetAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.CommandAsync("MAIL FROM:<a@b.example>");
            await client.CommandAsync("RSET");
        }

        Assert.Equal("421 4.7.0 Too many messages in this session, connect again", await client.CommandAsync("MAIL FROM:<a@b.example>"));
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Too_many_unknown_commands_end_the_session_before_other_errors_do()
    {
        await using var server = await ServerFixture.StartAsync(configure: With(new SessionLimits { UnknownCommands = 2 }), wire: wire);
        await using var client = await server.GreetAsync();

        Assert.StartsWith("503", await client.CommandAsync("DATA"), StringComparison.Ordinal);
        Assert.StartsWith("500", await client.CommandAsync("X"), StringComparison.Ordinal);
        Assert.Equal("421 4.7.0 Too many errors in this session", await client.CommandAsync("X"));
    }

    [Theory]
    [InlineData(510, "250 2.0.0 Ok")]
    [InlineData(511, "500 5.5.2 Line too long")]
    [InlineData(65536, "500 5.5.2 Line too long")]
    public async Task A_command_line_has_its_length(int octets, string reply)
    {
        await using var server = await ServerFixture.StartAsync(configure: With(new SessionLimits { CommandLine = 512 }), wire: wire);
        await using var client = await server.GreetAsync();

        Assert.Equal(reply, await client.CommandAsync("NOOP " + new string('x', octets - 5)));
    }

    [Fact]
    public async Task Who_speaks_before_the_greeting_is_no_mail_server()
    {
        var time = new WatchedTimeProvider();
        await using var server = await ServerFixture.StartAsync(configure: options => options with { GreetingDelay = TimeSpan.FromSeconds(5) }, time: time, wire: wire);
        await using var early = await server.ConnectAsync();
        await early.SendAsync("EHLO spam.example\r\n");

        Assert.Equal("554 5.5.1 Client spoke before the greeting", await early.ReadReplyAsync());
        Assert.Equal("", await early.ReadReplyAsync());

        await time.AdvanceTimerAsync(TimeSpan.FromSeconds(5));
        await using var patient = await server.ConnectAsync();
        await time.AdvanceTimerAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("220 mx.example ESMTP", await patient.ReadReplyAsync());
        Assert.StartsWith("250", await patient.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_beyond_the_first_few_come_late()
    {
        var time = new WatchedTimeProvider();
        await using var server = await ServerFixture.StartAsync(
            configure: options => options with { TarpitDelay = TimeSpan.FromSeconds(5), TarpitAfterErrors = 2 }, time: time, wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("DATA");
        await client.CommandAsync("DATA");

        var third = client.CommandAsync("DATA");
        await time.AdvanceTimerAsync(TimeSpan.FromSeconds(5));

        Assert.StartsWith("503", await third, StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_over_the_rate_are_deferred()
    {
        await using var server = await ServerFixture.StartAsync(limits: Unlimited with { RecipientsPerMinute = 2 }, wire: wire);
        await using var client = await BeginAsync(server);
        await client.CommandAsync("RCPT TO:<2@d.example>");

        Assert.Equal(
            "452 4.5.3 Too many recipients from your address in a short time, try again later", await client.CommandAsync("RCPT TO:<3@d.example>"));
        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("x\r\n.\r\n"));
    }

    [Fact]
    public async Task Connections_over_the_rate_are_turned_away()
    {
        await using var server = await ServerFixture.StartAsync(limits: Unlimited with { ConnectionsPerMinute = 1 }, wire: wire);
        await using var first = await server.GreetAsync();
        await using var second = await server.ConnectAsync();

        Assert.Equal("421 4.7.0 Too many connections from your address in a short time, try again later", await second.ReadReplyAsync());
        Assert.Equal("", await second.ReadReplyAsync());
        Assert.StartsWith("250", await first.CommandAsync("NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_under_way_over_the_limit_are_deferred_at_mail_and_shed_at_connect()
    {
        await using var server = await ServerFixture.StartAsync(limits: Unlimited with { MessagesInFlight = 1 }, wire: wire);
        await using var second = await server.GreetAsync();
        await using var first = await BeginAsync(server);

        Assert.Equal("451 4.3.2 Too many messages under way, try again later", await second.CommandAsync("MAIL FROM:<a@b.example>"));
        await using var third = await server.ConnectAsync();
        Assert.Equal("421 4.3.2 Too many messages under way, try again later", await third.ReadReplyAsync());

        // The one that runs is not disturbed, and afterwards there is room again.
        Assert.Equal("250 2.0.0 Ok", await first.DataAsync("x\r\n.\r\n"));
        Assert.StartsWith("250", await second.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Short_of_memory_new_messages_are_deferred_and_running_ones_go_on()
    {
        await using var server = await ServerFixture.StartAsync(limits: Unlimited with { Memory = 100 }, wire: wire);
        await using var second = await server.GreetAsync();
        await using var first = await BeginAsync(server);
        server.Server.Governor.Memory.Add(100);

        Assert.Equal("451 4.3.2 Short of memory, try again later", await second.CommandAsync("MAIL FROM:<a@b.example>"));
        await using var third = await server.ConnectAsync();
        Assert.Equal("421 4.3.2 Short of memory, try again later", await third.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await first.DataAsync("x\r\n.\r\n"));
    }

    [Fact]
    public async Task An_ingress_point_may_have_a_limit_of_its_own()
    {
        await using var server = await ServerFixture.StartAsync(configure: options => options with { MaxGroupSessions = 1 }, wire: wire);
        await using var first = await server.GreetAsync();
        await using var second = await server.ConnectAsync();

        Assert.Equal("421 4.7.0 Too many sessions of this service, try again later", await second.ReadReplyAsync());
    }

    [Fact]
    public async Task Every_limit_is_given_back_when_sessions_end()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        for (var i = 0; i < 20; i++)
        {
            var client = await BeginAsync(server);
            if (i % 2 == 0)
            {
                await client.SendAsync("DATA\r\nhalf");
                client.Reset();
            }

            await client.DisposeAsync();
        }

        while (server.Server.Governor.Sessions > 0)
        {
            await Task.Yield();
        }

        var snapshot = server.Server.Governor.Snapshot(10);
        Assert.Equal(0, snapshot.Messages);
        Assert.Empty(snapshot.SessionsByGroup);
        Assert.Empty(snapshot.BusiestNetworks);
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
