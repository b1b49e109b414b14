using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>The end of the server over a socket.</summary>
public class SocketStopTests() : StopTests(Wire.Socket)
{
    [Fact]
    public async Task A_stopped_server_takes_no_new_connection()
    {
        await using var server = await ServerFixture.StartAsync();
        await server.Server.StopAsync(TimeSpan.FromSeconds(20));

        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => RawSmtpClient.ConnectAsync(server.EndPoint));
    }
}

/// <summary>The end of the server, each octet in a piece of its own.</summary>
public class OctetByOctetStopTests() : StopTests(Wire.OctetByOctet);

public abstract class StopTests(Wire wire)
{
    [Fact]
    public async Task An_idle_session_hears_421_when_the_server_stops()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();

        await server.Server.StopAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("421 4.3.2 Service shutting down, try again later", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Under_tls_too_a_transaction_ends_and_then_the_session_hears_421()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var idle = await server.GreetAsync();
        await idle.StartTlsAsync();
        await using var busy = await server.GreetAsync();
        await busy.StartTlsAsync();
        await busy.CommandAsync("EHLO client.example");
        await busy.CommandAsync("MAIL FROM:<a@b.example>");
        await busy.CommandAsync("RCPT TO:<c@d.example>");
        await busy.CommandAsync("DATA");

        var stop = server.Server.StopAsync(TimeSpan.FromSeconds(20));
        Assert.StartsWith("421 4.3.2", await idle.ReadReplyAsync(), StringComparison.Ordinal);
        await busy.SendAsync("x\r\n.\r\n");

        Assert.Equal("250 2.0.0 Ok", await busy.ReadReplyAsync());
        Assert.StartsWith("421 4.3.2", await busy.ReadReplyAsync(), StringComparison.Ordinal);
        await stop;
    }

    [Fact]
    public async Task A_running_transaction_ends_before_the_server_has_stopped()
    {
        var stored = new TaskCompletionSource<SmtpReply>();
        var service = new RecordingService { OnEndData = () => stored.Task };
        await using var server = await ServerFixture.StartAsync(service, wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        await client.CommandAsync("DATA");

        var stop = server.Server.StopAsync(TimeSpan.FromSeconds(20));
        await client.SendAsync("x\r\n.\r\n");
        stored.SetResult(StandardReplies.Ok);

        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.StartsWith("421 4.3.2", await client.ReadReplyAsync(), StringComparison.Ordinal);
        await stop;
    }

    [Fact]
    public async Task A_transaction_that_outlasts_the_grace_time_is_cut()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");

        await server.Server.StopAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal("", await client.ReadReplyAsync());
        Assert.Equal(0, server.Server.OpenSessions);
    }
}
