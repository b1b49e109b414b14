using System.CommandLine;
using System.Text.Json;
using MailManager.LoadTests.Load;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Measure;

/// <summary><c>idle</c>: what does a greeted session that does nothing cost the server?</summary>
internal static class IdleCommand
{
    private const int Parallel = 20;

    public static Command Create()
    {
        var host = new Option<string>("--host") { DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Required = true };
        var sessions = new Option<int>("--sessions") { DefaultValueFactory = _ => 5000 };
        var serverPid = new Option<int>("--server-pid") { Required = true };
        var hold = new Option<double>("--hold") { DefaultValueFactory = _ => 3, Description = "seconds between the last greeting and the measurement" };
        var limit = new Option<double>("--limit") { DefaultValueFactory = _ => 60, Description = "seconds to open them all" };
        var json = new Option<string?>("--json");
        var command = new Command("idle", "Opens and holds greeted sessions and measures the server's memory")
        {
            host, port, sessions, serverPid, hold, limit, json,
        };
        command.SetAction(async parsed =>
        {
            var server = Loopback.Resolve(parsed.GetValue(host)!, parsed.GetValue(port));
            if (server is null || parsed.GetValue(sessions) is < 1 or > 25_000)
            {
                await Console.Error.WriteLineAsync("only loopback addresses and 1 to 25000 sessions").ConfigureAwait(false);
                return 2;
            }

            return await RunAsync(
                server,
                parsed.GetValue(sessions),
                new ProcessTree(parsed.GetValue(serverPid)),
                TimeSpan.FromSeconds(parsed.GetValue(hold)),
                TimeSpan.FromSeconds(parsed.GetValue(limit)),
                parsed.GetValue(json)).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        System.Net.IPEndPoint server, int wanted, ProcessTree tree, TimeSpan hold, TimeSpan limit, string? json)
    {
        using var watchdog = new Watchdog(TimeSpan.FromSeconds(30));
        var connections = new SmtpConnection?[wanted];
        var (rssBefore, pssBefore) = (tree.RssKiB(), tree.PssKiB());
        var next = -1;
        var faults = 0;
        using var end = new CancellationTokenSource(limit);
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < wanted && !end.IsCancellationRequested;)
            {
                try
                {
                    connections[i] = await SmtpConnection.OpenAsync(server, startTls: false, watchdog, result: null).ConfigureAwait(false);
                }
                catch (TransportException)
                {
                    Interlocked.Increment(ref faults);
                }
            }
        }))).ConfigureAwait(false);
        var open = connections.Count(static c => c is not null);
        await Task.Delay(hold).ConfigureAwait(false);
        var (rss, pss) = (tree.RssKiB(), tree.PssKiB());
        foreach (var connection in connections)
        {
            connection?.Dispose();
        }

        var (rssEach, pssEach) = ((rss - rssBefore) / Math.Max(open, 1.0), (pss - pssBefore) / Math.Max(open, 1.0));
        Console.WriteLine(
            $"open {open} of {wanted}, faults {faults}; RSS {rssBefore / 1024.0:F1} -> {rss / 1024.0:F1} MiB, {rssEach:F1} KiB each; "
            + $"PSS {pssBefore / 1024.0:F1} -> {pss / 1024.0:F1} MiB, {pssEach:F1} KiB each");
        if (json is not null)
        {
            using var file = File.Create(json);
            using var writer = new Utf8JsonWriter(file);
            writer.WriteStartObject();
            writer.WriteNumber("open", open);
            writer.WriteNumber("rssBeforeKiB", rssBefore);
            writer.WriteNumber("pssBeforeKiB", pssBefore);
            writer.WriteNumber("rssKiB", rss);
            writer.WriteNumber("pssKiB", pss);
            writer.WriteNumber("rssKiBPerSession", rssEach);
            writer.WriteNumber("pssKiBPerSession", pssEach);
            writer.WriteEndObject();
        }

        return open == wanted ? 0 : 1;
    }
}
