using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests;

/// <summary>kill -9 while mail flows: what was answered 250 is delivered, whatever happened in between.</summary>
public class CrashTests
{
    private const int Rounds = 10;

    /// <summary>
    /// Deliveries that may be under way at a kill: one for each of the 20 connections to the relay, and those whose settlement waits for the next commit.
    /// </summary>
    private const int InFlight = 200;

    [Fact]
    public async Task Every_acknowledged_message_survives_ten_kills()
    {
        using var directory = new TemporaryDirectory();
        var received = Path.Combine(directory.Path, "received.log");
        await using var sink = ChildProcess.Start("dotnet", Programs.LoadTests, "sink", "--pipelining", "--received-log", received);
        var sinkPort = int.Parse(await sink.LineAsync(""), System.Globalization.CultureInfo.InvariantCulture);
        var acknowledged = new List<string>();
        var kills = new List<int>();
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
            kills.Add(File.ReadLines(received).Count());
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

        TestContext.Current.TestOutputHelper?.WriteLine(result);

        // What comes twice came for the first time just before a kill.
        var first = new Dictionary<string, int>();
        foreach (var (message, at) in File.ReadLines(received).Select((message, at) => (message, at)))
        {
            if (!first.TryAdd(message, at))
            {
                Assert.Contains(kills, kill => first[message] < kill && first[message] >= kill - InFlight);
            }
        }
    }
}
