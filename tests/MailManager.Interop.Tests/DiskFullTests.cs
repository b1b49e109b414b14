using System.Net;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests;

/// <summary>A data directory on a file system of 80 MB, with a relay that is down until the disk is full.</summary>
public class DiskFullTests
{
    [Fact]
    public async Task A_full_disk_defers_new_mail_keeps_the_old_and_is_left_without_a_restart()
    {
        using var directory = new TemporaryDirectory();
        var data = Path.Combine(directory.Path, "small");
        Directory.CreateDirectory(data);
        await ChildProcess.RunAsync(0, "mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", data);
        try
        {
            var relayPort = FreePort.Next();
            await using var gateway = await GatewayProcess.StartAsync(directory.Path, relayPort, data: data);
            var accepted = 0;
            foreach (var size in new[] { 1_000_000, 10_000 })
            {
                accepted += await FillAsync(gateway.Port, size);
            }

            Assert.True(accepted > 10, $"{accepted} messages were accepted.");

            await using var sink = ChildProcess.Start("dotnet", Programs.LoadTests, "sink", "--port", $"{relayPort}", "--pipelining");
            await sink.LineAsync($"{relayPort}");
            await gateway.DeliveredAsync(accepted);

            Assert.StartsWith("250", await SendUntilAcceptedAsync(gateway.Port), StringComparison.Ordinal);
            await gateway.DeliveredAsync(accepted + 1);
            Assert.Equal(0, await gateway.TerminateAsync());
        }
        finally
        {
            await ChildProcess.RunAsync(0, "umount", data);
        }
    }

    /// <summary>Sends messages of a size until one is answered 452; returns how many were answered 250.</summary>
    private static async Task<int> FillAsync(int port, int size)
    {
        var body = "Subject: fill\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", size / 100)) + ".\r\n";
        for (var accepted = 0; ; accepted++)
        {
            var reply = await SendAsync(port, body);
            if (!reply.StartsWith("250", StringComparison.Ordinal))
            {
                Assert.Equal("452 4.3.1 Insufficient system storage, try again later", reply);
                return accepted;
            }

            Assert.True(accepted < 20_000, "The disk does not fill up.");
        }
    }

    /// <summary>Tries as a sender does that was told to come back; the space of what was delivered returns in the background.</summary>
    private static async Task<string> SendUntilAcceptedAsync(int port)
    {
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        while (true)
        {
            var reply = await SendAsync(port, "Subject: again\r\n\r\n.\r\n");
            if (reply.StartsWith("250", StringComparison.Ordinal))
            {
                return reply;
            }

            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task<string> SendAsync(int port, string data)
    {
        await using var client = await RawSmtpClient.GreetAsync(new IPEndPoint(IPAddress.Loopback, port));
        await client.CommandAsync("MAIL FROM:<sender@outside.example>");
        await client.CommandAsync("RCPT TO:<user@example.com>");
        return await client.DataAsync(data);
    }
}
