using MailManager.Queue.Schedule;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Recovery;

/// <summary>
/// What an opened spool holds: counts, the body files in use, the deliveries that were in memory before, and when the first of each destination
/// is due.
/// </summary>
internal sealed class RecoveredSpool
{
    private RecoveredSpool(KeySequence keys, QueueClock clock)
    {
        Keys = keys;
        Clock = clock;
    }

    public KeySequence Keys { get; }

    /// <summary>Goes on where it was when the spool was closed.</summary>
    public QueueClock Clock { get; }

    public long Messages { get; private set; }

    public long Deliveries { get; private set; }

    /// <summary>Deliveries that are due and were in memory, in the order of their keys.</summary>
    public List<QueuedDelivery> InMemory { get; } = [];

    /// <summary>Destinations of waiting and held rows, with the time of the first in milliseconds of the clock.</summary>
    public List<(string Destination, long DueAt)> Waiting { get; } = [];

    /// <summary>Names of the body files in use.</summary>
    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    public static RecoveredSpool Load(SqliteDatabase database, TimeProvider time, ILogger logger)
    {
        var spool = new RecoveredSpool(
            new KeySequence(database.QueryInteger("SELECT max(key) FROM message"), database.QueryInteger("SELECT max(key) FROM delivery")),
            new QueueClock(time, ReadMark(database), logger));
        spool.LoadFiles(database);
        spool.LoadWaiting(database);
        spool.LoadInMemory(database, spool.Count(database), logger);
        return spool;
    }

    private static ClockMark? ReadMark(SqliteDatabase database)
    {
        using var mark = database.Prepare("SELECT wall,queue FROM clock");
        return mark.Step() ? new ClockMark(mark.Integer(0), mark.Integer(1)) : null;
    }

    private void LoadFiles(SqliteDatabase database)
    {
        using var files = database.Prepare("SELECT file FROM message WHERE file IS NOT NULL");
        while (files.Step())
        {
            Files.Add(files.Text(0)!);
        }
    }

    private void LoadWaiting(SqliteDatabase database)
    {
        using var rows = database.Prepare("SELECT destination,min(next_attempt_at) FROM delivery WHERE state<>0 GROUP BY destination");
        while (rows.Step())
        {
            Waiting.Add((rows.Text(0)!, rows.Integer(1)));
        }
    }

    /// <summary>One pass over the deliveries, since counting the messages' rows would read the bodies' pages. Returns the keys of those that were in memory.</summary>
    private List<long> Count(SqliteDatabase database)
    {
        List<long> inMemory = [];
        using var rows = database.Prepare("SELECT key,message,state FROM delivery ORDER BY key");
        for (long message = -1; rows.Step(); Deliveries++)
        {
            Messages += rows.Integer(1) == message ? 0 : 1;
            message = rows.Integer(1);
            if (rows.Int32(2) == (int)RowState.InMemory)
            {
                inMemory.Add(rows.Integer(0));
            }
        }

        return inMemory;
    }

    private void LoadInMemory(SqliteDatabase database, List<long> keys, ILogger logger)
    {
        Dictionary<string, string> destinations = new(StringComparer.Ordinal);
        using var row = database.Prepare(DeliveryRow.Select + " WHERE d.key=?1");
        foreach (var key in keys)
        {
            if (row.Bind(1, key).Step() && DeliveryRow.TryRead(row, Destination(row.Text(2)!), Clock, out var delivery))
            {
                InMemory.Add(delivery);
            }
            else
            {
                QueueLog.UnreadableRow(logger, key);
            }

            row.Reset();
        }

        string Destination(string read)
        {
            if (!destinations.TryGetValue(read, out var destination))
            {
                destinations.Add(read, destination = read);
            }

            return destination;
        }
    }
}
