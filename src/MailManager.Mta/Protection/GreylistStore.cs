using System.Buffers.Binary;
using System.Security.Cryptography;
using MailManager.Resources.IngressPoints;
using Microsoft.Data.Sqlite;

namespace MailManager.Mta.Protection;

/// <summary>
/// The greylist's database: who came when. Commits are not synced to the disk one by one: what a power cut takes is asked to come again. Used by one
/// thread at a time; every member may throw <see cref="SqliteException"/>.
/// </summary>
internal sealed class GreylistStore : IDisposable
{
    /// <summary>Triplets remembered, some 100 octets each on disk; beyond, strangers pass.</summary>
    internal const int DefaultMaxTriplets = 1_000_000;

    /// <summary>Triplets of a network that must have waited before all of it passes at once, as in Postgrey.</summary>
    internal const int PassesToBeKnown = 5;

    private const int PurgeChunk = 10_000;
    private const long FormatVersion = 1;

    private readonly SqliteConnection _connection;
    private readonly int _maxTriplets;
    private readonly SqliteCommand _findNetwork;
    private readonly SqliteCommand _putNetwork;
    private readonly SqliteCommand _findTriplet;
    private readonly SqliteCommand _putTriplet;
    private readonly SqliteCommand _purgeTriplets;
    private readonly SqliteCommand _purgeNetworks;
    private long _triplets;

    private GreylistStore(string path, int maxTriplets)
    {
        _maxTriplets = maxTriplets;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000");
            if (Query("PRAGMA quick_check(1)") is not "ok" || Query("PRAGMA user_version") is not (0L or FormatVersion))
            {
                throw new SqliteException("the database is damaged or of another version", SQLitePCL.raw.SQLITE_CORRUPT);
            }

            CreateTables();
            Secret = ReadSecret();
            _triplets = (long)Query("SELECT count(*) FROM triplet")!;
            _findNetwork = Prepare("SELECT passes FROM network WHERE key = $key AND expires > $now", "$key", "$now");
            _putNetwork = Prepare("INSERT OR REPLACE INTO network (key, passes, expires) VALUES ($key, $passes, $expires)", "$key", "$passes", "$expires");
            _findTriplet = Prepare("SELECT first_seen, has_passed, expires FROM triplet WHERE key = $key", "$key");
            _putTriplet = Prepare(
                "INSERT OR REPLACE INTO triplet (key, first_seen, has_passed, expires) VALUES ($key, $first, $passed, $expires)", "$key", "$first", "$passed", "$expires");
            _purgeTriplets = Prepare(
                $"DELETE FROM triplet WHERE key IN (SELECT key FROM triplet WHERE expires <= $now LIMIT {PurgeChunk})", "$now");
            _purgeNetworks = Prepare(
                $"DELETE FROM network WHERE key IN (SELECT key FROM network WHERE expires <= $now LIMIT {PurgeChunk})", "$now");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The key under which this store's entries are hashed; made at random with the store.</summary>
    public byte[] Secret { get; }

    /// <summary>Triplets in the store, expired ones included.</summary>
    public long Triplets => _triplets;

    /// <summary>Opens or creates the database. A damaged file makes this throw with the code of <see cref="IsDamage"/>.</summary>
    public static GreylistStore Open(string path, int maxTriplets) => new(path, maxTriplets);

    /// <summary>The file itself is at fault, so that another try with it cannot succeed.</summary>
    public static bool IsDamage(SqliteException fault) =>
        fault.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    /// <summary>All decisions until <see cref="SqliteTransaction.Commit"/> are kept together, or none.</summary>
    public SqliteTransaction Begin()
    {
        var transaction = _connection.BeginTransaction();
        foreach (var command in (SqliteCommand[])[_findNetwork, _putNetwork, _findTriplet, _putTriplet, _purgeTriplets, _purgeNetworks])
        {
            command.Transaction = transaction;
        }

        return transaction;
    }

    /// <summary>Judges a client that has come, and remembers that it has.</summary>
    /// <param name="network">Hash of its network.</param>
    /// <param name="triplet">Hash of its network, reverse-path and recipient.</param>
    /// <param name="options">The times.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public GreylistVerdict Decide(UInt128 network, UInt128 triplet, GreylistingSettings options, long now)
    {
        var lifetime = now + (long)options.Lifetime.TotalMilliseconds;
        Bind(_findNetwork, Octets(network), now);
        var passes = _findNetwork.ExecuteScalar() is long found ? found : 0;
        if (passes >= PassesToBeKnown)
        {
            Run(_putNetwork, Octets(network), passes, lifetime);
            return GreylistVerdict.Known;
        }

        var (first, hasPassed, expires) = Find(triplet);

        // A time in the future was written before the clock was set back.
        if (expires <= now || first > now)
        {
            if (expires == 0)
            {
                if (_triplets >= _maxTriplets)
                {
                    return GreylistVerdict.NoStore;
                }

                _triplets++;
            }

            Run(_putTriplet, Octets(triplet), now, 0L, now + (long)options.Window.TotalMilliseconds);
            return GreylistVerdict.FirstTry;
        }

        if (!hasPassed)
        {
            if (now - first < (long)options.Delay.TotalMilliseconds)
            {
                return GreylistVerdict.TooEarly;
            }

            Run(_putNetwork, Octets(network), passes + 1, lifetime);
        }

        Run(_putTriplet, Octets(triplet), first, 1L, lifetime);
        return GreylistVerdict.Passed;
    }

    /// <summary>Removes expired entries, some thousands at a time. True: there may be more.</summary>
    public bool Purge(long now)
    {
        var triplets = Run(_purgeTriplets, now);
        _triplets -= triplets;
        return (triplets == PurgeChunk) | (Run(_purgeNetworks, now) == PurgeChunk);
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_findNetwork, _putNetwork, _findTriplet, _putTriplet, _purgeTriplets, _purgeNetworks])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static byte[] Octets(UInt128 key)
    {
        var octets = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, key);
        return octets;
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteNonQuery();
    }

    private (long First, bool HasPassed, long Expires) Find(UInt128 triplet)
    {
        Bind(_findTriplet, Octets(triplet));
        using var reader = _findTriplet.ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.GetInt64(1) != 0, reader.GetInt64(2)) : default;
    }

    private void CreateTables() => Execute(
        $"""
        CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS network (key BLOB PRIMARY KEY, passes INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS triplet (
            key BLOB PRIMARY KEY, first_seen INTEGER NOT NULL, has_passed INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS network_expires ON network (expires);
        CREATE INDEX IF NOT EXISTS triplet_expires ON triplet (expires);
        PRAGMA user_version = {FormatVersion}
        """);

    private byte[] ReadSecret()
    {
        if (Query("SELECT value FROM secret") is byte[] { Length: GreylistKey.SecretLength } secret)
        {
            return secret;
        }

        secret = RandomNumberGenerator.GetBytes(GreylistKey.SecretLength);
        using var insert = Prepare("INSERT INTO secret (value) VALUES ($value)", "$value");
        Run(insert, secret);
        return secret;
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = new SqliteCommand(sql, _connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter(parameter, null));
        }

        return command;
    }

    private void Execute(string sql)
    {
        using var command = new SqliteCommand(sql, _connection);
        command.ExecuteNonQuery();
    }

    private object? Query(string sql)
    {
        using var command = new SqliteCommand(sql, _connection);
        return command.ExecuteScalar();
    }
}
