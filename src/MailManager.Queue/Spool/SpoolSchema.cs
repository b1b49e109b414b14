namespace MailManager.Queue.Spool;

/// <summary>Tables of the spool and the settings of the connections to them.</summary>
/// <remarks>
/// Times are Unix milliseconds. <c>message.body</c> is the last column, since what stands before it can then be read without following
/// the body through its overflow pages; it is NULL when the bytes are in <c>file</c> or there are none. A body in the database is
/// written twice (log, then table), which is why large ones are files.
/// </remarks>
internal static class SpoolSchema
{
    /// <summary>Kept in <c>user_version</c>; 0 is a new file.</summary>
    public const int Version = 1;

    /// <summary>Octets. Larger and smaller pages were measured to be slower at 10 KiB a message.</summary>
    public const int PageSize = 8192;

    private const string Tables = """
        CREATE TABLE message (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            received_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            size INTEGER NOT NULL,
            head INTEGER NOT NULL,
            file TEXT,
            envelope BLOB NOT NULL,
            body BLOB)
        """;

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

        if (version == 0)
        {
            database.Execute("BEGIN IMMEDIATE");
            database.Execute(Tables);
            database.Execute(Deliveries);
            database.Execute($"PRAGMA user_version={Version}");
            database.Execute("COMMIT");
        }
    }
}
