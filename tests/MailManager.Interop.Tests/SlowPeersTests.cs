using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests;

/// <summary>What slow and greedy clients cost the process, seen from outside it.</summary>
public class SlowPeersTests
{
    private const int SlowSessions = 10_000;
    private const long MemoryLimit = 250L * 1024 * 1024;

    [Fact]
    public async Task Ten_thousand_slow_sessions_cost_little_and_keep_no_good_client_out()
    {
        using var directory = new TemporaryDirectory();
        await using var inside = new ScriptedSmtpServer();
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, inside.EndPoint.Port);
        var sockets = new List<Socket>();
        try
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, gateway.Port);
            while (sockets.Count < SlowSessions)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(endPoint);
            }

            // Each has its greeting, so each is a session; then each begins a command and does not come to its end.
            var buffer = new byte[256];
            foreach (var letter in "EHLO")
            {
                foreach (var socket in sockets)
                {
                    if (letter == 'E')
                    {
                        Assert.StartsWith("220", Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)), StringComparison.Ordinal);
                    }

                    await socket.SendAsync(new[] { (byte)letter });
                }
            }

            await SendGoodMessageAsync(endPoint);
            await inside.WaitForMessagesAsync(1);
            Assert.InRange(ResidentMemory(gateway.Process.Id), 1, MemoryLimit);
            foreach (var socket in sockets)
            {
                await socket.SendAsync("\r\n"u8.ToArray());
                Assert.StartsWith("501", Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)), StringComparison.Ordinal);
            }
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_line_without_end_costs_no_more_than_a_buffer()
    {
        using var directory = new TemporaryDirectory();
        await using var inside = new ScriptedSmtpServer();
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, inside.EndPoint.Port);
        var endPoint = new IPEndPoint(IPAddress.Loopback, gateway.Port);
        await SendGoodMessageAsync(endPoint);
        var before = ResidentMemory(gateway.Process.Id);

        // As a command: answered and cut. As a line of a message: taken until it is larger than allowed, and read past from then on.
        Assert.InRange(await SendEndlessLineAsync(endPoint, inData: false), 0, 16L * 1024 * 1024);
        Assert.Equal(300L * 1024 * 1024, await SendEndlessLineAsync(endPoint, inData: true));

        Assert.InRange(ResidentMemory(gateway.Process.Id) - before, long.MinValue, 64L * 1024 * 1024);
        await SendGoodMessageAsync(endPoint);
    }

    /// <summary>Sends 300 MiB and returns how many octets the gateway took before it hung up.</summary>
    private static async Task<long> SendEndlessLineAsync(IPEndPoint endPoint, bool inData)
    {
        await using var client = await RawSmtpClient.GreetAsync(endPoint);
        if (inData)
        {
            await client.CommandAsync("MAIL FROM:<a@b.example>");
            await client.CommandAsync("RCPT TO:<c@example.com>");
            await client.CommandAsync("DATA");
        }

        var octets = new byte[1024 * 1024];
        octets.AsSpan().Fill((byte)'x');
        var sent = 0L;
        try
        {
            for (; sent < 300L * 1024 * 1024; sent += octets.Length)
            {
                await client.SendAsync(octets);
            }
        }
        catch (IOException)
        {
            return sent;
        }

        await client.SendAsync("\r\n.\r\n");
        Assert.StartsWith("552", await client.ReadReplyAsync(), StringComparison.Ordinal);
        return sent;
    }

    private static async Task SendGoodMessageAsync(IPEndPoint endPoint)
    {
        await using var client = await RawSmtpClient.GreetAsync(endPoint);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        Assert.StartsWith("250", await client.DataAsync("Subject: x\r\n\r\nbody\r\n.\r\n"), StringComparison.Ordinal);
    }

    /// <summary>Octets, as the kernel counts them.</summary>
    private static long ResidentMemory(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
