using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace MailManager.LoadTests.Measure;

/// <summary>
/// <c>measure</c>: runs another generator (Postfix's <c>smtp-source</c>) and reports it as <c>load</c> would: accepted and
/// delivered rates, CPU of generator and server apart, memory. Delivered counts end at the last arrival in the sink.
/// </summary>
internal static class MeasureCommand
{
    private const int PollMilliseconds = 20;

    public static Command Create()
    {
        var serverPid = new Option<int>("--server-pid") { Required = true };
        var messages = new Option<long>("--messages") { Required = true, Description = "messages that the generator sends" };
        var sinkStats = new Option<string?>("--sink-stats") { Description = "file of sink --stats; without it only acceptance is measured" };
        var limit = new Option<double>("--limit") { DefaultValueFactory = _ => 120, Description = "seconds for generator and delivery together" };
        var json = new Option<string?>("--json");
        var line = new Argument<string[]>("command") { Description = "after --: the generator and its arguments" };
        var command = new Command("measure", "Runs a generator and measures the server") { serverPid, messages, sinkStats, limit, json, line };
        command.SetAction(async parsed => await RunAsync(
            new ProcessTree(parsed.GetValue(serverPid)),
            parsed.GetValue(messages),
            parsed.GetValue(sinkStats),
            TimeSpan.FromSeconds(parsed.GetValue(limit)),
            parsed.GetValue(json),
            parsed.GetValue(line)!).ConfigureAwait(false));
        return command;
    }

    private static async Task<int> RunAsync(ProcessTree tree, long messages, string? sinkStats, TimeSpan limit, string? json, string[] line)
    {
        var self = new ProcessTree(Environment.ProcessId);
        var before = sinkStats is null ? 0 : SinkStats.Read(sinkStats).Messages;
        using var end = new CancellationTokenSource(limit);
        using var usage = new UsageSampler(tree);
        var ownBefore = self.ChildrenCpuMilliseconds();
        var startedUnix = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var started = Stopwatch.GetTimestamp();
        using var generator = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true })!;
        var output = generator.StandardOutput.ReadToEndAsync();
        try
        {
            await generator.WaitForExitAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            generator.Kill();
            await Console.Error.WriteLineAsync("the generator did not end in time").ConfigureAwait(false);
            return 1;
        }

        var accepted = Stopwatch.GetElapsedTime(started);
        await output.ConfigureAwait(false);
        if (generator.ExitCode != 0)
        {
            await Console.Error.WriteLineAsync($"the generator ended with {generator.ExitCode}").ConfigureAwait(false);
            return 1;
        }

        var deliveredSeconds = 0.0;
        if (sinkStats is not null)
        {
            SinkStats stats;
            while ((stats = SinkStats.Read(sinkStats)).Messages - before < messages)
            {
                if (end.IsCancellationRequested)
                {
                    await Console.Error.WriteLineAsync($"only {stats.Messages - before} of {messages} delivered in time").ConfigureAwait(false);
                    return 1;
                }

                await Task.Delay(PollMilliseconds).ConfigureAwait(false);
            }

            deliveredSeconds = (stats.LastUnixMilliseconds - startedUnix) / 1000.0;
        }

        var used = usage.Stop();
        var generatorCpu = self.ChildrenCpuMilliseconds() - ownBefore;
        var acceptedRate = messages / accepted.TotalSeconds;
        var deliveredRate = deliveredSeconds > 0 ? messages / deliveredSeconds : 0;
        Console.WriteLine(
            $"accepted {acceptedRate:F0}/s delivered {deliveredRate:F0}/s, server CPU {used.CpuMilliseconds / messages:F3} ms/message, "
            + $"generator {generatorCpu / messages:F3}, peak RSS {used.PeakRssKiB / 1024.0:F1} MiB PSS {used.PeakPssKiB / 1024.0:F1} MiB");
        if (json is not null)
        {
            using var file = File.Create(json);
            using var writer = new Utf8JsonWriter(file);
            writer.WriteStartObject();
            writer.WriteNumber("acceptedPerSecond", acceptedRate);
            writer.WriteNumber("deliveredPerSecond", deliveredRate);
            writer.WriteNumber("serverCpuMsPerMessage", used.CpuMilliseconds / messages);
            writer.WriteNumber("generatorCpuMsPerMessage", generatorCpu / messages);
            used.WriteTo(writer);
            writer.WriteEndObject();
        }

        return 0;
    }
}
