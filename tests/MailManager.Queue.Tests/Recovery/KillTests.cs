using System.Diagnostics;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging.Abstractions;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Recovery;

/// <summary>
/// A process that is killed keeps what it has acknowledged. kill -9 leaves the page cache alone, so this proves the order of things and the
/// recovery, not that syncs happen; the sync counts in docs/performance.md are for that.
/// </summary>
public sealed class KillTests
{
    private const int Rounds = 5;
    private const int AcknowledgedPerRound = 1000;

    [Fact]
    public async Task Every_acknowledged_message_survives_kill_9_and_no_refused_one_comes_back()
    {
        using var directory = new SpoolDirectory();
        var journal = new WriterJournal();
        for (var round = 0; round < Rounds; round++)
        {
            await journal.RunAsync(directory.Path, [], AcknowledgedPerRound);
            await journal.VerifyAsync(directory.Path);
        }
    }

    /// <summary>
    /// The kernel's answer to some syncs in a row of each thread is made an error, also to those with which the store is closed and opened
    /// again: those sessions must be refused, later ones accepted again, and what was refused must not be there after a restart.
    /// </summary>
    [Fact]
    public async Task Failing_syncs_refuse_messages_and_nothing_else()
    {
        using var directory = new SpoolDirectory();
        var journal = new WriterJournal();
        string[] faults = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=20..30"];
        await journal.RunAsync(directory.Path, faults, 1500);
        Assert.NotEmpty(journal.Refused);
        await journal.VerifyAsync(directory.Path);
    }

    /// <summary>
    /// Follows the system calls of a writer: before each acknowledgement a sync of the log must have begun after the message came and
    /// have succeeded; and with a body file, a sync of that file, and one of the directory since it got its name.
    /// </summary>
    [Fact]
    public async Task No_message_is_acknowledged_before_what_holds_it_is_synced()
    {
        using var directory = new SpoolDirectory();
        using var traces = new SpoolDirectory();
        var trace = Path.Combine(traces.Path, "trace");
        await new WriterJournal().RunAsync(
            directory.Path, ["strace", "-f", "-qq", "-y", "-s", "128", "-o", trace, "-e", "trace=fsync,fdatasync,write"], acknowledged: 300);

        var order = new SyncOrder();
        foreach (var line in await File.ReadAllLinesAsync(trace))
        {
            order.Read(line);
        }

        Assert.Empty(order.Violations);
        Assert.True(order.Acknowledged >= 300);
        Assert.True(order.AcknowledgedFiles > 0);
    }
}

/// <summary>What a <see cref="WriterProcess"/> has said, over several lives, and whether its spool agrees.</summary>
internal sealed class WriterJournal
{
    private readonly HashSet<string> _tried = [];
    private readonly HashSet<string> _acknowledged = [];
    private readonly HashSet<string> _settled = [];
    private int _verifications;

    public HashSet<string> Refused { get; } = [];

    /// <summary>Runs the process until it has acknowledged so many messages, and kills it.</summary>
    public async Task RunAsync(string directory, string[] launcher, int acknowledged)
    {
        string[] command = [.. launcher, Environment.ProcessPath!, .. DllArgument(), WriterProcess.Mode, directory];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        var deadline = Task.Delay(TimeSpan.FromMinutes(2));
        var reader = process.StandardOutput;
        for (var count = 0; count < acknowledged;)
        {
            var read = reader.ReadLineAsync();
            Assert.Same(read, await Task.WhenAny(read, deadline));
            count += Note(await read ?? throw new InvalidOperationException("The writer process has ended.")) ? 1 : 0;
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();

        // What it had written before it died counts too; a last line without its end does not.
        var rest = await reader.ReadToEndAsync();
        foreach (var line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Note(line);
        }

        await WaitForLockAsync(directory);
    }

    /// <summary>Opens the spool and reads every message in it.</summary>
    public async Task VerifyAsync(string directory)
    {
        var now = new Future(++_verifications);
        await using var queue = MailQueue.Open(new MailQueueOptions { Directory = directory }, now, NullLogger.Instance);
        var dispatcher = new TestDispatcher();
        queue.Start(dispatcher);
        HashSet<string> found = [];
        for (var i = queue.Deliveries; i > 0; i--)
        {
            var delivery = await dispatcher.TakeAsync();
            var content = await queue.OpenContentAsync(delivery, default);
            Assert.True(IsIntact(Bytes(content)), $"Content of {delivery.MessageId} is damaged.");
            content.Release();
            Assert.True(found.Add(delivery.MessageId.ToString()));
            queue.Settle(
                delivery,
                new DeliverySettlement { Remaining = delivery.Instructions.Recipients, NextAttemptAt = now.GetUtcNow().AddDays(100) });
        }

        Assert.Empty(_acknowledged.Except(found).Except(_settled));
        Assert.Empty(found.Intersect(Refused));
        Assert.Empty(found.Except(_tried));
        var files = Directory.GetFiles(Path.Combine(directory, "bodies")).Length;
        await queue.StopAsync();
        using var database = SqliteDatabase.Open(Path.Combine(directory, "queue.db"), readOnly: false);
        Assert.Equal("ok", Check(database));
        Assert.Equal(database.QueryInteger("SELECT count(*) FROM message WHERE file IS NOT NULL"), files);
        Assert.Equal(0, database.QueryInteger("SELECT count(*) FROM message m WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message=m.key)"));
    }

    /// <summary>
    /// Under a launcher the writer is not our child, so that its end cannot be waited for; and the system closes what it wrote to a little before its lock.
    /// </summary>
    private static async Task WaitForLockAsync(string directory)
    {
        for (var left = Stopwatch.StartNew(); ;)
        {
            try
            {
                DataDirectoryLock.Take(directory).Dispose();
                return;
            }
            catch (SpoolException) when (left.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Yield();
            }
        }
    }

    private static string? Check(SqliteDatabase database)
    {
        using var check = database.Prepare("PRAGMA integrity_check");
        check.Step();
        var text = check.Text(0);
        check.Reset();
        return text;
    }

    private static string[] DllArgument() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(WriterProcess).Assembly.Location] : [];

    /// <summary>True: one more was acknowledged.</summary>
    private bool Note(string line)
    {
        var words = line.Split(' ');
        return words[0] switch
        {
            "try" => !_tried.Add(words[1]),
            "settle" => !_settled.Add(words[1]),
            "ok" => _acknowledged.Add(words[1]),
            _ => !Refused.Add(words[1]),
        };
    }

    /// <summary>So many years on, when everything is due that was deferred before.</summary>
    private sealed class Future(int years) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddYears(years);
    }
}
