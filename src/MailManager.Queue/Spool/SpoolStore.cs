using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;

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
    private readonly SqliteStatement _hasSibling;
    private readonly SqliteStatement _insertAttempt;
    private readonly SqliteStatement _deleteMiddleAttempt;
    private readonly SqliteStatement _deleteAttempts;
    private readonly SqliteStatement _findRow;
    private readonly SqliteStatement _changeRow;
    private readonly SqliteStatement _insertRun;
    private readonly SqliteStatement _deleteRuns;
    private readonly SqliteStatement _setMark;
    private long _pagesBefore;

    /// <summary>The first attempts of a delivery tell how its trouble began, the last what it is now. Those between are not kept.</summary>
    private const int FirstAttempts = 5;
    private const int LastAttempts = 15;

    private SpoolStore(SqliteDatabase database)
    {
        _database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _insertMessage = database.Prepare(
            "INSERT INTO message(key,id,received_at,expires_at,size,head,file,envelope,history,body) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
        _insertDelivery = database.Prepare(
            "INSERT INTO delivery(key,message,destination,attempts,next_attempt_at,failure,instructions,state) VALUES(?1,?2,?3,0,?4,NULL,?5,?6)");
        _deferDelivery = database.Prepare(
            "UPDATE delivery SET attempts=?2,next_attempt_at=?3,failure=?4,state=?5,destination=?6,bounced_by=?7 WHERE key=?1");
        _updateDelivery = database.Prepare(
            "UPDATE delivery SET attempts=?2,next_attempt_at=?3,failure=?4,state=?5,destination=?6,bounced_by=?7,instructions=?8 WHERE key=?1");
        _deleteDelivery = database.Prepare("DELETE FROM delivery WHERE key=?1");
        _deleteMessage = database.Prepare("DELETE FROM message WHERE key=?1");
        _hasSibling = database.Prepare(
            """
            SELECT ?2 IN ((SELECT message FROM delivery WHERE key<?1 ORDER BY key DESC LIMIT 1), (SELECT message FROM delivery WHERE key>?1 ORDER BY key LIMIT 1))
            """);
        _insertAttempt = database.Prepare("INSERT OR REPLACE INTO attempt(delivery,number,at,duration,peer,tls,outcome) VALUES(?1,?2,?3,?4,?5,?6,?7)");
        _deleteMiddleAttempt = database.Prepare("DELETE FROM attempt WHERE delivery=?1 AND number=?2");
        _findRow = database.Prepare(
            "SELECT d.message,d.destination,d.state,d.next_attempt_at,d.bounced_by,m.id,m.file,m.expires_at FROM delivery d JOIN message m ON m.key=d.message WHERE d.key=?1");
        _changeRow = database.Prepare("UPDATE delivery SET destination=?2,state=?3,next_attempt_at=?4,bounced_by=?5 WHERE key=?1");
        _deleteAttempts = database.Prepare("DELETE FROM attempt WHERE delivery=?1");
        _insertRun = database.Prepare("INSERT OR IGNORE INTO id_run(first) VALUES(?1)");
        _deleteRuns = database.Prepare("DELETE FROM id_run WHERE first<=(SELECT min(key) FROM message)");
        _setMark = database.Prepare("INSERT OR REPLACE INTO clock(key,wall,queue) VALUES(1,?1,?2)");
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

    public void InsertMessage(in MessageRow row, ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> history, ReadOnlySpan<byte> body)
    {
        Span<byte> id = stackalloc byte[16];
        row.Id.Write(id);
        _insertMessage
            .Bind(1, row.Key)
            .Bind(2, id)
            .Bind(3, row.ReceivedAt)
            .Bind(4, row.ExpiresAt)
            .Bind(5, row.Size)
            .Bind(6, row.Head)
            .Bind(7, row.File)
            .Bind(8, envelope)
            .Bind(9, history)
            .Bind(10, body)
            .Run();
    }

    public void InsertDelivery(
        long key, long message, string destination, RowState state, long nextAttemptAt, ReadOnlySpan<byte> instructions) =>
        _insertDelivery
            .Bind(1, key)
            .Bind(2, message)
            .Bind(3, destination)
            .Bind(4, nextAttemptAt)
            .Bind(5, instructions)
            .Bind(6, (int)state)
            .Run();

    public void UpdateDelivery(long key, DeliveryUpdate update)
    {
        var statement = update.Instructions.IsEmpty ? _deferDelivery : _updateDelivery.Bind(8, update.Instructions.Span);
        statement
            .Bind(1, key)
            .Bind(2, update.Attempts)
            .Bind(3, update.NextAttemptAt)
            .Bind(4, update.Failure)
            .Bind(5, (int)update.State)
            .Bind(6, update.Destination)
            .Bind(7, update.BouncedBy)
            .Run();
        if (update.Attempt is { } attempt)
        {
            InsertAttempt(key, update.Attempts, attempt);
        }
    }

    public void DeleteDelivery(long key) => _deleteDelivery.Bind(1, key).Run();

    public void DeleteAttempts(long delivery) => _deleteAttempts.Bind(1, delivery).Run();

    /// <summary>Null: there is none.</summary>
    public OrderedRow? FindRow(long delivery)
    {
        try
        {
            return !_findRow.Bind(1, delivery).Step() ? null : new OrderedRow
            {
                Delivery = delivery,
                Message = _findRow.Integer(0),
                MessageId = _findRow.Blob(5) is { Length: 16 } id ? MessageId.Read(id) : default,
                Destination = _findRow.Text(1)!,
                State = (RowState)_findRow.Int32(2),
                NextAttemptAt = _findRow.Integer(3),
                ExpiresAt = _findRow.Integer(7),
                BouncedBy = _findRow.Text(4),
                File = _findRow.Text(6),
            };
        }
        finally
        {
            _findRow.Reset();
        }
    }

    public void ChangeRow(OrderedRow row) =>
        _changeRow
            .Bind(1, row.Delivery)
            .Bind(2, row.Destination)
            .Bind(3, (int)row.State!)
            .Bind(4, row.NextAttemptAt)
            .Bind(5, row.BouncedBy)
            .Run();

    /// <summary>Whether the message has another delivery than this one; see the remarks of <see cref="SpoolSchema"/>.</summary>
    public bool HasSibling(long delivery, long message)
    {
        _hasSibling.Bind(1, delivery).Bind(2, message);
        var hasSibling = _hasSibling.Step() && _hasSibling.Integer(0) != 0;
        _hasSibling.Reset();
        return hasSibling;
    }

    public void DeleteMessage(long key) => _deleteMessage.Bind(1, key).Run();

    /// <summary>Ids are in no order with those before from this message on; see <see cref="SpoolSchema"/>.</summary>
    public void BeginRun(long message) => _insertRun.Bind(1, message).Run();

    /// <summary>Replaces the mark of the clock, and forgets runs of ids of which no message is left.</summary>
    public void SetMark(ClockMark mark)
    {
        _setMark.Bind(1, mark.Wall).Bind(2, mark.Queue).Run();
        _deleteRuns.Run();
    }

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
            [
                _begin, _commit, _rollback, _insertMessage, _insertDelivery, _deferDelivery, _updateDelivery, _deleteDelivery, _deleteMessage,
                _hasSibling, _insertAttempt, _deleteMiddleAttempt, _deleteAttempts, _findRow, _changeRow, _insertRun, _deleteRuns, _setMark,
            ])
        {
            statement.Dispose();
        }

        _database.Dispose();
    }

    private void InsertAttempt(long delivery, int number, AttemptRow row)
    {
        var attempt = row.Attempt;
        _insertAttempt
            .Bind(1, delivery)
            .Bind(2, number)
            .Bind(3, row.At)
            .Bind(4, (long)attempt.Duration.TotalMilliseconds)
            .Bind(5, attempt.Peer)
            .Bind(6, attempt.Tls)
            .Bind(7, attempt.Outcome)
            .Run();
        if (number > FirstAttempts + LastAttempts)
        {
            _deleteMiddleAttempt.Bind(1, delivery).Bind(2, number - LastAttempts).Run();
        }
    }
}
