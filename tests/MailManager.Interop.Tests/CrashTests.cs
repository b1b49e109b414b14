using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests;

/// <summary>kill -9 while mail flows: what was answered 250 is delivered, whatever happened in between.</summary>
public class CrashTests
{
    private const int Rounds = 10;

    [Fact]
    public async Task Every_acknowledged_message_survives_ten_kills()
    {
        using var directory = new TemporaryDirectory();
        var received = Path.Combine(directory.Path, "received.log");
        await using var sink = ChildProcess.Start("dotnet", Programs.LoadTests, "sink", "--pipelining", "--received-log", received);
        var sinkPort = int.Parse(await sink.LineAsync(""), System.Globalization.CultureInfo.InvariantCulture);
        var acknowledged = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var gateway = await GatewayProcess.StartAsync(directory.Path, sinkPort);
            var log = Path.Combine(directory.Path, $"acked-{round}.log");
            await using var load = ChildProcess.Start(
                "dotnet", Programs.LoadTests, "load", "--port", $"{gateway.Port}", "--sessions", "20", "--messages", "1000000", "--size", "4KiB:80,100KiB:20",
                "--ack-log", log, "--give-up", "0.2", "--timeout", "5", "--tolerate-faults");

            // Each round dies at another point of the flow, and always in the middle of it.
            await gateway.DeliveredAsync(150 + (37 * round));
            await gateway.KillAsync();
            await load.WaitAsync();
            acknowledged.AddRange(await File.ReadAllLinesAsync(log));
        }

        await File.WriteAllLinesAsync(Path.Combine(directory.Path, "acked.log"), acknowledged);
        await using (var gateway = await GatewayProcess.StartAsync(directory.Path, sinkPort))
        {
            await gateway.EmptyAsync();
            Assert.Equal(0, await gateway.TerminateAsync());
        }

        Assert.Equal(0, await sink.TerminateAsync());
        Assert.True(acknowledged.Count > 1000, $"Only {acknowledged.Count} messages were acknowledged.");
        var result = await ChildProcess.RunAsync(0, "dotnet", Programs.LoadTests, "verify", "--acked", Path.Combine(directory.Path, "acked.log"), "--received", received);
        Assert.Contains(" lost 0 ", result, StringComparison.Ordinal);

        // Only deliveries under way at a kill may come twice: at most one for each connection to the relay and what waited for its commit.
        var duplicates = int.Parse(result[(result.IndexOf("duplicates ", StringComparison.Ordinal) + 11)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(result);
        Assert.True(duplicates < acknowledged.Count / 5, result);
    }
}
