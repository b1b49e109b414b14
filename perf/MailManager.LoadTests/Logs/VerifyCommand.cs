using System.CommandLine;

namespace MailManager.LoadTests.Logs;

/// <summary><c>verify</c>: is everything that was acknowledged also received?</summary>
internal static class VerifyCommand
{
    private const int LostShown = 10;

    public static Command Create()
    {
        var acked = new Option<FileInfo>("--acked") { Required = true, Description = "log of load --ack-log" };
        var received = new Option<FileInfo>("--received") { Required = true, Description = "log of sink --received-log" };
        var idsOnly = new Option<bool>("--ids-only") { Description = "compare ids, not recipients (the server under test rewrites them)" };
        var command = new Command("verify", "Compares acknowledged with received; exit code 1 when something is lost") { acked, received, idsOnly };
        command.SetAction(parsed => Run(parsed.GetValue(acked)!, parsed.GetValue(received)!, parsed.GetValue(idsOnly)));
        return command;
    }

    private static int Run(FileInfo acked, FileInfo received, bool idsOnly)
    {
        var wanted = new HashSet<string>(Lines(acked, idsOnly), StringComparer.Ordinal);
        var got = new Dictionary<string, int>(StringComparer.Ordinal);
        var rejected = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Lines(received, idsOnly))
        {
            if (line[0] == LoadLog.RejectedMark)
            {
                rejected.Add(line[1..]);
            }
            else
            {
                got[line] = got.GetValueOrDefault(line) + 1;
            }
        }

        var lost = wanted.Where(key => !got.ContainsKey(key) && !rejected.Contains(key)).ToList();
        var unacknowledged = got.Keys.Count(key => !wanted.Contains(key));
        Console.WriteLine(
            $"acked {wanted.Count} received {got.Count} rejected {rejected.Count} lost {lost.Count} "
            + $"duplicates {got.Values.Sum(static n => n - 1)} received-unacked {unacknowledged}");
        foreach (var key in lost.Take(LostShown))
        {
            Console.WriteLine("lost " + key);
        }

        return lost.Count == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Lines(FileInfo file, bool idsOnly)
    {
        if (!file.Exists)
        {
            yield break;
        }

        foreach (var line in File.ReadLines(file.FullName))
        {
            if (line.Length > 1)
            {
                yield return idsOnly ? line.Split(' ')[0] : line;
            }
        }
    }
}
