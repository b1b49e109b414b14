using System.Diagnostics;
using MailManager.LoadTests.Logs;
using MailManager.LoadTests.Measure;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Load;

/// <summary>Runs the sessions of one load and measures driver and server around them.</summary>
internal static class LoadRun
{
    public static async Task<LoadReport> RunAsync(LoadOptions options, ProcessTree? server)
    {
        using var ackLog = options.AckLog is null ? null : new DurableLog(options.AckLog);
        using var watchdog = new Watchdog(options.ReplyTimeout);
        var warming = new LoadResult();
        var result = new LoadResult();
        var run = (uint)Random.Shared.NextInt64(1, int.MaxValue);
        var sessions = new LoadSession[options.Sessions];
        try
        {
            for (var i = 0; i < sessions.Length; i++)
            {
                sessions[i] = new LoadSession(options, result, watchdog, ackLog);
            }

            if (options.MessagesPerConnection == 0)
            {
                await Task.WhenAll(sessions.Select(static s => Task.Run(s.ConnectAsync))).ConfigureAwait(false);
            }

            if (options.WarmUp > 0)
            {
                var warmUp = new Arrivals(rate: 0, options.WarmUp, TimeSpan.Zero, Stopwatch.GetTimestamp());
                await Task.WhenAll(sessions.Select(s => Task.Run(() => s.RunAsync(warmUp, warming, run + 1)))).ConfigureAwait(false);
            }

            using var usage = server is null ? null : new UsageSampler(server);
            using var self = Process.GetCurrentProcess();
            var driverBefore = self.TotalProcessorTime;
            var startedUnix = DateTimeOffset.UtcNow;
            var started = Stopwatch.GetTimestamp();
            var arrivals = new Arrivals(options.Rate, options.Messages, options.Duration, started);
            await Task.WhenAll(sessions.Select(s => Task.Run(() => s.RunAsync(arrivals, result, run)))).ConfigureAwait(false);
            self.Refresh();
            var driverCpu = self.TotalProcessorTime - driverBefore;
            var used = usage?.Stop();
            await Task.WhenAll(sessions.Select(static s => s.QuitAsync())).ConfigureAwait(false);
            return new LoadReport
            {
                Result = result,
                StartedUnixMilliseconds = startedUnix.ToUnixTimeMilliseconds(),
                Elapsed = Stopwatch.GetElapsedTime(started, result.LastAccepted == 0 ? Stopwatch.GetTimestamp() : result.LastAccepted),
                DriverCpu = driverCpu,
                Server = used,
            };
        }
        finally
        {
            foreach (var session in sessions)
            {
                session?.Dispose();
            }
        }
    }
}
