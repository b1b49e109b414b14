namespace MailManager.Queue.Spool;

/// <summary>Tables of the spool and the settings of the connections to them.</summary>
/// <remarks>
/// <para>Times are milliseconds of the <see cref="Schedule.QueueClock"/>, Unix milliseconds until the wall clock is set for the first time; <c>clock</c> has one row,
/// its mark. <c>message.body</c> is the last column, since what stands before it can then be read without following the body through its overflow pages; it is
/// NULL when the bytes are in <c>file</c> or there are none. A body in the database is written twice (log, then table), which is why large ones are files. In a
/// file that was of version 1 or 2, <c>message.history</c> stands behind it.</para>
/// <para>The rows of one message's deliveries have consecutive keys, so that its last delivery is known by its neighbours, without an index.
/// Indexes are partial: accepting a small message for a destination with room writes none of their pages. Nor has <c>message.id</c> an index: ids begin with
/// the time and rise with the keys, within a tolerance (<see cref="KeySequence.Tolerance"/>) and from each key in <c>id_run</c> to the next, so that an id is
/// found by halving.</para>
/// </remarks>
internal static class SpoolSchema
{
    /// <summary>Kept in <c>user_version</c>; 0 is a new file. Version 1 had neither states, orders, attempts nor indexes; version 2 neither history, the clock nor runs of ids.</summary>
    public const int Version = 3;

    /// <summary>Octets. Larger and smaller pages were measured to be slower at 10 KiB a message.</summary>
    public const int PageSize = 8192;

    private const string Messages = """
        CREATE TABLE message (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            received_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            size INTEGER NOT NULL,
            head INTEGER NOT NULL,
            file TEXT,
            envelope BLOB NOT NULL,
            history BLOB,
            body BLOB)
        """;

    /// <summary>For a table of version 1 or 2.</summary>
    private const string History = "ALTER TABLE message ADD COLUMN history BLOB";

    private const string Deliveries = """
        CREATE TABLE delivery (
            key INTEGER PRIMARY KEY,
            message INTEGER NOT NULL,
            destination TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            next_attempt_at INTEGER NOT NULL,
            failure TEXT,
            instructions BLOB NOT NULL)
        """;

    /// <summary>What version 2 adds. Old rows are not written again: their state is that of the column's default, <see cref="RowState.Waiting"/>.</summary>
    private static readonly string[] SecondVersion =
    [
        "ALTER TABLE delivery ADD COLUMN state INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE delivery ADD COLUMN bounced_by TEXT",
        """
        CREATE TABLE attempt (
            delivery INTEGER NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            peer TEXT NOT NULL,
            tls TEXT NOT NULL,
            outcome TEXT NOT NULL,
            PRIMARY KEY (delivery, number)) WITHOUT ROWID
        """,
        "CREATE INDEX delivery_waiting ON delivery(destination, next_attempt_at) WHERE state=1",
        "CREATE INDEX message_file ON message(file) WHERE file IS NOT NULL",
    ];

    /// <summary>What version 3 adds, besides the history. Held rows are found by when they expire, as waiting ones by their next attempt.</summary>
    private static readonly string[] ThirdVersion =
    [
        "UPDATE delivery SET next_attempt_at=(SELECT expires_at FROM message WHERE key=delivery.message) WHERE state=2",
        "DROP INDEX delivery_waiting",
        "CREATE INDEX delivery_waiting ON delivery(destination, next_attempt_at) WHERE state<>0",
        "CREATE TABLE clock (key INTEGER PRIMARY KEY, wall INTEGER NOT NULL, queue INTEGER NOT NULL)",
        "CREATE TABLE id_run (first INTEGER PRIMARY KEY)",
    ];

    /// <summary>Settings of the writing connection; makes the tables in a new file. Throws when the file is from a newer version.</summary>
    /// <param name="database">The connection.</param>
    /// <param name="path">Its file, for the message.</param>
    /// <param name="logLimit">Octets to which a log that has grown longer is cut when it is written from its start again.</param>
    public static void Prepare(SqliteDatabase database, string path, long logLimit)
    {
        // Both are laid down in the first page of a new file and ignored in an old one.
        database.Execute($"PRAGMA page_size={PageSize}");
        database.Execute("PRAGMA auto_vacuum=INCREMENTAL");
        database.Execute("PRAGMA journal_mode=WAL");
        database.Execute("PRAGMA synchronous=FULL");

        // The writer copies the log itself, since SQLite hides what a failed copy says about the disk.
        database.Execute("PRAGMA wal_autocheckpoint=0");

        database.Execute($"PRAGMA journal_size_limit={logLimit}");

        // Rows are mostly deleted while their pages are still here: about 1500 messages of 10 KiB, in KiB.
        database.Execute("PRAGMA cache_size=-16384");
        database.Execute("PRAGMA secure_delete=OFF");
        database.SetBusyTimeout(5000);

        var version = database.QueryInteger("PRAGMA user_version");
        if (version > Version)
        {
            throw new SpoolException(
                $"The spool {path} has schema version {version}, written by a newer MailManager; this one knows {Version}. " +
                "Start the newer version, let it deliver everything, or use another data directory.");
        }

        if (version < Version)
        {
            Upgrade(database, version);
        }
    }

    /// <summary>All in one transaction: after a crash the file is as it was before, and the next start begins again.</summary>
    private static void Upgrade(SqliteDatabase database, long version)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            string[] steps =
            [
                .. version == 0 ? (string[])[Messages, Deliveries] : [History],
                .. version < 2 ? SecondVersion : [],
                .. ThirdVersion,
            ];
            foreach (var step in steps)
            {
                database.Execute(step);
            }

            database.Execute($"PRAGMA user_version={Version}");
            database.Execute("COMMIT");
        }
        catch
        {
            if (!database.IsAutoCommit)
            {
                database.Execute("ROLLBACK");
            }

            throw;
        }
    }
}
