using System.CommandLine;
using System.Diagnostics;

namespace MailManager.LoadTests.Measure;

/// <summary><c>disk</c>: how long does a sync of one record take here? The yardstick for the latency of a durable 250.</summary>
internal static class DiskCommand
{
    public static Command Create()
    {
        var directory = new Option<DirectoryInfo>("--directory") { Required = true };
        var count = new Option<int>("--count") { DefaultValueFactory = _ => 300, Description = "syncs, at most 10000" };
        var size = new Option<int>("--octets") { DefaultValueFactory = _ => 10 * 1024, Description = "octets appended before each" };
        var command = new Command("disk", "Appends and syncs; prints p50, p90, p99 and max in milliseconds") { directory, count, size };
        command.SetAction(parsed =>
        {
            var times = new double[Math.Clamp(parsed.GetValue(count), 1, 10_000)];
            var record = new byte[Math.Clamp(parsed.GetValue(size), 1, 16 * 1024 * 1024)];
            var path = Path.Combine(parsed.GetValue(directory)!.FullName, $"sync-probe-{Environment.ProcessId}");
            using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose))
            {
                for (var i = 0; i < times.Length; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    RandomAccess.Write(file, record, (long)i * record.Length);
                    RandomAccess.FlushToDisk(file);
                    times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                }
            }

            Array.Sort(times);
            double At(double part) => times[Math.Min(times.Length - 1, (int)(times.Length * part))];
            Console.WriteLine($"sync p50 {At(0.5):F3} p90 {At(0.9):F3} p99 {At(0.99):F3} max {times[^1]:F3}");
            return 0;
        });
        return command;
    }
}
