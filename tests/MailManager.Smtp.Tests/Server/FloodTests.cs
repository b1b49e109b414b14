using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>Peers that send and do not read.</summary>
public class FloodTests
{
    private static readonly string Commands = string.Concat(Enumerable.Repeat("HELP\r\n", 100_000));

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
        await using var server = await StartAsync(transport, new RecordingService(), TimeProvider.System);
        var connection = transport.Connect();
        await using var client = RawSmtpClient.Over(connection, int.MaxValue);
        var flood = client.TrySendAsync(Commands);

        // The pipe takes 64 KiB before it makes its writer wait, the dialogue adds 16 KiB at most: the rest of the 12 MB is never written.
        var unread = await FillAsync(connection.Input);

        Assert.InRange(unread, 64 * 1024, 96 * 1024);
        Assert.False(flood.IsCompleted);
        client.Reset();
        await flood;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_never_takes_its_replies_is_cut(bool isTls)
    {
        var time = new FakeTimeProvider();
        var transport = new MemoryTransport();
        var service = new RecordingService();
        await using var server = await StartAsync(transport, service, time);
        var connection = transport.Connect();
        await using var client = RawSmtpClient.Over(connection, int.MaxValue);
        await client.ReadReplyAsync();
        if (isTls)
        {
            await client.CommandAsync("EHLO client.example");
            await client.StartTlsAsync();
        }

        var flood = client.TrySendAsync(Commands);
        await FillAsync(connection.Input);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.False(service.Closed.Task.IsCompleted);

        // There is no room for a 421, and its time is over too.
        time.Advance(TimeSpan.FromSeconds(11));

        await service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await flood;
    }

    private static async Task<SmtpServer> StartAsync(MemoryTransport transport, RecordingService service, TimeProvider time)
    {
        var server = new SmtpServer(transport, new SessionGovernorOptions(), time, NullLoggerFactory.Instance);
        var options = new SmtpServerOptions { Hostname = "mx.example", Tls = new TestTls(TestCertificates.CreateSelfSigned("mx.example")) };
        await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), options, service);
        return server;
    }

    /// <summary>Waits until the writer of a pipe has to wait for its reader; how many octets there are by then.</summary>
    private static async Task<long> FillAsync(PipeReader reader)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var unread = 0L;
        while (unread < 64 * 1024)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
            if (reader.TryRead(out var result))
            {
                unread = result.Buffer.Length;

                // What is looked at without being examined does not let the writer go on.
                reader.AdvanceTo(result.Buffer.Start);
            }
        }

        return unread;
    }
}
