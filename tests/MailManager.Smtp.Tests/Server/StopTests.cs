using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

public class StopTests
{
    [Fact]
    public async Task An_idle_session_hears_421_when_the_server_stops()
    {
        await using var server = await ServerFixture.StartAsync();
        await using var client = await server.GreetAsync();

        await server.Server.StopAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("421 4.3.2 Service shutting down, try again later", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Under_tls_too_a_transaction_ends_and_then_the_session_hears_421()
    {
        await using var server = await ServerFixture.StartAsync();
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
        await using var server = await ServerFixture.StartAsync(service);
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
        await using var server = await ServerFixture.StartAsync();
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");

        await server.Server.StopAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal("", await client.ReadReplyAsync());
        Assert.Equal(0, server.Server.OpenSessions);
    }

    [Fact]
    public async Task A_stopped_server_takes_no_new_connection()
    {
        await using var server = await ServerFixture.StartAsync();
        await server.Server.StopAsync(TimeSpan.FromSeconds(20));

        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => RawSmtpClient.ConnectAsync(server.EndPoint));
    }

    [Fact]
    public async Task A_silent_session_hears_421_after_its_idle_time()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time);
        await using var client = await server.GreetAsync();

        time.Advance(TimeSpan.FromMinutes(4));
        Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal("421 4.4.2 Timed out waiting for input", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_client_that_falls_silent_in_its_data_is_cut_off()
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        await client.CommandAsync("DATA");

        time.Advance(TimeSpan.FromMinutes(31));

        Assert.StartsWith("421 4.4.2", await client.ReadReplyAsync(), StringComparison.Ordinal);
        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("reset", server.Service.Events);
    }
}
