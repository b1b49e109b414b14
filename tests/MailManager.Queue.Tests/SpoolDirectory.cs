using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Queue.Tests;

/// <summary>A directory for one spool, deleted at the end, and looks into the closed spool.</summary>
internal sealed class SpoolDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mailmanager-queue-").FullName;

    public string Database => System.IO.Path.Combine(Path, "queue.db");

    public string Bodies => System.IO.Path.Combine(Path, "bodies");

    public MailQueue Open(TimeProvider? timeProvider = null, Func<string, MailQueueOptions>? options = null) => MailQueue.Open(
        options?.Invoke(Path) ?? new MailQueueOptions { Directory = Path, ReserveBytes = 1 << 20 },
        timeProvider ?? TimeProvider.System,
        NullLogger.Instance);

    /// <summary>Runs a query of one number while no queue has the spool open, or beside it.</summary>
    public long Query(string sql)
    {
        using var database = SqliteDatabase.Open(Database, readOnly: false);
        return database.QueryInteger(sql);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
