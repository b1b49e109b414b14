using MailManager.Messages.Envelope;

namespace MailManager.Queue.Spool;

/// <summary>The spool's statements on the writing connection. Used by one thread; every failure is a <see cref="SpoolException"/>.</summary>
internal sealed class SpoolStore : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _insertMessage;
    private readonly SqliteStatement _insertDelivery;
    private readonly SqliteStatement _deferDelivery;
    private readonly SqliteStatement _updateDelivery;
    private readonly SqliteStatement _deleteDelivery;
    private readonly SqliteStatement _deleteMessage;
    private long _pagesBefore;

    private SpoolStore(SqliteDatabase database)
    {
        _database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _insertMessage = database.Prepare(
            "INSERT INTO message(key,id,received_at,expires_at,size,head,file,envelope,body) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)");
        _insertDelivery = database.Prepare(
            "INSERT INTO delivery(key,message,destination,attempts,next_attempt_at,failure,instructions) VALUES(?1,?2,?3,0,?4,NULL,?5)");
        _deferDelivery = database.Prepare("UPDATE delivery SET attempts=?2,next_attempt_at=?3,failure=?4 WHERE key=?1");
        _updateDelivery = database.Prepare("UPDATE delivery SET attempts=?2,next_attempt_at=?3,failure=?4,instructions=?5 WHERE key=?1");
        _deleteDelivery = database.Prepare("DELETE FROM delivery WHERE key=?1");
        _deleteMessage = database.Prepare("DELETE FROM message WHERE key=?1");
    }

    /// <summary>For recovery, before the writer starts.</summary>
    public SqliteDatabase Database => _database;

    /// <summary>Frames in the log that are not yet copied into the database.</summary>
    public long PagesInLog => _database.PagesWritten - _pagesBefore;

    public static SpoolStore Open(string path, long logLimit)
    {
        var database = SqliteDatabase.Open(path, readOnly: false);
        try
        {
            SpoolSchema.Prepare(database, path, logLimit);
            return new SpoolStore(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Begin() => _begin.Run();

    /// <summary>Returns when everything since <see cref="Begin"/> is synced to disk.</summary>
    public void Commit() => _commit.Run();

    public void Rollback()
    {
        if (!_database.IsAutoCommit)
        {
            _rollback.Run();
        }
    }

    public void InsertMessage(
        long key, QueuedMessage message, long size, int head, string? file, ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> body)
    {
        Span<byte> id = stackalloc byte[16];
        message.Id.Write(id);
        _insertMessage
            .Bind(1, key)
            .Bind(2, id)
            .Bind(3, message.ReceivedAt.ToUnixTimeMilliseconds())
            .Bind(4, message.ExpiresAt.ToUnixTimeMilliseconds())
            .Bind(5, size)
            .Bind(6, head)
            .Bind(7, file)
            .Bind(8, envelope)
            .Bind(9, body)
            .Run();
    }

    public void InsertDelivery(long key, long message, string destination, DateTimeOffset nextAttemptAt, ReadOnlySpan<byte> instructions) =>
        _insertDelivery
            .Bind(1, key)
            .Bind(2, message)
            .Bind(3, destination)
            .Bind(4, nextAttemptAt.ToUnixTimeMilliseconds())
            .Bind(5, instructions)
            .Run();

    /// <param name="instructions">The new record; empty: unchanged.</param>
    public void UpdateDelivery(long key, int attempts, DateTimeOffset nextAttemptAt, string? failure, ReadOnlySpan<byte> instructions)
    {
        var statement = instructions.IsEmpty ? _deferDelivery : _updateDelivery.Bind(5, instructions);
        statement.Bind(1, key).Bind(2, attempts).Bind(3, nextAttemptAt.ToUnixTimeMilliseconds()).Bind(4, failure).Run();
    }

    public void DeleteDelivery(long key) => _deleteDelivery.Bind(1, key).Run();

    public void DeleteMessage(long key) => _deleteMessage.Bind(1, key).Run();

    /// <summary>Copies the log into the database, after which the log is written from its start again. Never waits for readers.</summary>
    public void Checkpoint()
    {
        var remaining = _database.Checkpoint(truncate: false);
        _pagesBefore = _database.PagesWritten - remaining;
    }

    /// <summary>Copies the log and cuts it to nothing, unless a reader is busy.</summary>
    public void TruncateLog()
    {
        _database.SetBusyTimeout(0);
        var remaining = _database.Checkpoint(truncate: true);
        _pagesBefore = _database.PagesWritten - remaining;
        _database.SetBusyTimeout(5000);
    }

    /// <summary>Moves the last pages of the file into free ones, so that the next checkpoint cuts the file. False: none are free.</summary>
    public bool Vacuum(int pages)
    {
        if (FreePages() == 0)
        {
            return false;
        }

        _database.Execute($"PRAGMA incremental_vacuum({pages})");
        return true;
    }

    public long FreePages() => _database.QueryInteger("PRAGMA freelist_count");

    /// <summary>Writes and syncs one page, to see whether that works.</summary>
    public void Probe()
    {
        Begin();
        _database.Execute($"PRAGMA user_version={SpoolSchema.Version}");
        Commit();
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)
            [_begin, _commit, _rollback, _insertMessage, _insertDelivery, _deferDelivery, _updateDelivery, _deleteDelivery, _deleteMessage])
        {
            statement.Dispose();
        }

        _database.Dispose();
    }
}
