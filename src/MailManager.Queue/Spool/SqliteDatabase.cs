using SQLitePCL;

namespace MailManager.Queue.Spool;

/// <summary>
/// One SQLite connection, used by one thread at a time, on the raw handle: the provider's command objects cost more than the statements
/// that the spool runs with them.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>First version with the repair of the WAL-reset corruption, which needs two connections as the spool has.</summary>
    private static readonly Version OldestVersion = new(3, 51, 3);

    private readonly sqlite3 _handle;

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    /// <summary>Outside of a transaction, also because SQLite has rolled one back by itself.</summary>
    public bool IsAutoCommit => raw.sqlite3_get_autocommit(_handle) != 0;

    /// <summary>Pages that this connection wrote since it was opened; in WAL mode, frames appended to the log.</summary>
    public long PagesWritten
    {
        get
        {
            _ = raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
            return pages;
        }
    }

    public static SqliteDatabase Open(string path, bool readOnly)
    {
        var version = Version.Parse(raw.sqlite3_libversion().utf8_to_string());
        if (version < OldestVersion)
        {
            throw new SpoolException($"SQLite {version} is too old for the spool: {OldestVersion} or later is needed.");
        }

        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var result = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new SqliteDatabase(handle);
        try
        {
            database.Check(result);
            _ = raw.sqlite3_extended_result_codes(handle, 1);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>Runs one statement to its end, rows ignored.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    public long QueryInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    /// <summary>How long a statement waits for a lock of another connection, in milliseconds.</summary>
    public void SetBusyTimeout(int milliseconds) => Check(raw.sqlite3_busy_timeout(_handle, milliseconds));

    /// <summary>Copies the log into the database. Returns the frames that remain to be copied because a reader still needs them.</summary>
    public int Checkpoint(bool truncate)
    {
        var mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var result = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out var frames, out var copied);
        if (result != raw.SQLITE_BUSY)
        {
            Check(result);
        }

        return Math.Max(0, frames - copied);
    }

    public void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            var code = raw.sqlite3_extended_errcode(_handle);
            throw new SpoolException(Classify(code), $"SQLite error {code}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
        }
    }

    public void Dispose() => raw.sqlite3_close_v2(_handle);

    private static SpoolFault Classify(int code) => (code & 0xFF) switch
    {
        raw.SQLITE_FULL => SpoolFault.Full,
        // The index of the log could not be extended, which it is by writing to its file first.
        _ when code == raw.SQLITE_IOERR_SHMSIZE => SpoolFault.Full,
        raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE => SpoolFault.Rejected,
        _ => SpoolFault.Failed,
    };
}
