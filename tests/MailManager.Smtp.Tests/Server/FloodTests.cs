using System.Net;
using System.Net.Sockets;
using System.Text;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>Peers that send and do not read.</summary>
public class FloodTests
{
    [Fact]
    public async Task Commands_pipelined_without_reading_wait_in_the_clients_own_buffers()
    {
        await using var server = await ServerFixture.StartAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 8192, ReceiveBufferSize = 8192 };
        await socket.ConnectAsync(server.EndPoint);
        var commands = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("NOOP\r\n", 100_000)));

        var sending = Task.Run(async () =>
        {
            for (var sent = 0; sent < commands.Length;)
            {
                sent += await socket.SendAsync(commands.AsMemory(sent));
            }

            socket.Shutdown(SocketShutdown.Send);
        });

        // While this client does not read, another one is served.
        await using (var other = await server.GreetAsync())
        {
            Assert.StartsWith("221", await other.CommandAsync("QUIT"), StringComparison.Ordinal);
        }

        var replies = 0;
        var buffer = new byte[16_384];
        while (await socket.ReceiveAsync(buffer) is > 0 and var length)
        {
            replies += buffer.AsSpan(0, length).Count((byte)'\n');
        }

        await sending;
        Assert.Equal(100_001, replies);
    }

    [Fact]
    public async Task Replies_that_nobody_reads_stop_the_reading_of_commands()
    {
        var transport = new MemoryTransport();
        await using var server = new SmtpServer(transport, new SessionGovernorOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), new SmtpServerOptions { Hostname = "mx.example" }, new RecordingService());
        var client = transport.Connect();
        var commands = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HELP\r\n", 100_000)));
        var flood = client.Output.WriteAsync(commands).AsTask();

        // The pipe takes 64 KiB before it makes its writer wait, the dialogue adds 16 KiB at most: the rest of the 12 MB is never written. What is
        // looked at without being examined does not let the writer go on.
        var unread = 0L;
        while (unread < 64 * 1024)
        {
            await Task.Yield();
            if (client.Input.TryRead(out var result))
            {
                unread = result.Buffer.Length;
                client.Input.AdvanceTo(result.Buffer.Start);
            }
        }

        Assert.InRange(unread, 64 * 1024, 96 * 1024);
        Assert.False(flood.IsCompleted);
        await client.Input.CompleteAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_never_takes_its_replies_is_cut(bool isTls)
    {
        var time = new FakeTimeProvider();
        await using var server = await ServerFixture.StartAsync(time: time);
        await using var client = await server.GreetAsync();
        if (isTls)
        {
            await client.StartTlsAsync();
        }

        var flood = client.TrySendAsync(string.Concat(Enumerable.Repeat("HELP\r\n", 500_000)));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!server.Service.Closed.Task.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await flood;
    }
}
