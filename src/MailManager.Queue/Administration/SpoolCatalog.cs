using MailManager.Queue.Schedule;
using MailManager.Queue.Spool;

namespace MailManager.Queue.Administration;

/// <summary>Reads deliveries for those who ask, page by page over a connection of its own. Thread-safe; blocks.</summary>
internal sealed class SpoolCatalog(string path, DispatchWindow window, TimeProvider time) : IDisposable
{
    /// <summary>Rows that one page looks at, at most, so that no read keeps the log from being written from its start again for long.</summary>
    private const int RowsPerPage = 5000;

    private readonly Lock _gate = new();
    private SqliteDatabase? _database;
    private bool _isClosed;

    /// <summary>Deliveries with a key over <paramref name="after"/> that the filter selects. Throws <see cref="SpoolException"/>.</summary>
    public QueuePage Read(QueueFilter filter, long after, int limit)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            List<QueueEntry> entries = [];
            using var rows = Open().Prepare(DeliveryRow.Select + " WHERE d.key>?1 ORDER BY d.key LIMIT ?2");
            rows.Bind(1, after).Bind(2, RowsPerPage);
            long last = 0;
            for (var count = 0; rows.Step(); count++)
            {
                if (entries.Count == limit)
                {
                    return new QueuePage(entries, last);
                }

                last = rows.Integer(0);
                if (ReadEntry(rows, now) is { } entry && filter.Matches(entry, now))
                {
                    entries.Add(entry);
                }

                if (count == RowsPerPage - 1)
                {
                    return new QueuePage(entries, last);
                }
            }

            return new QueuePage(entries, null);
        }
    }

    /// <summary>What is kept of a delivery's attempts, in their order. Throws <see cref="SpoolException"/>.</summary>
    public IReadOnlyList<(int Number, DeliveryAttempt Attempt)> ReadAttempts(long delivery)
    {
        lock (_gate)
        {
            List<(int, DeliveryAttempt)> attempts = [];
            using var rows = Open().Prepare("SELECT number,at,duration,peer,tls,outcome FROM attempt WHERE delivery=?1 ORDER BY number");
            rows.Bind(1, delivery);
            while (rows.Step())
            {
                attempts.Add((rows.Int32(0), new DeliveryAttempt
                {
                    At = DateTimeOffset.FromUnixTimeMilliseconds(rows.Integer(1)),
                    Duration = TimeSpan.FromMilliseconds(rows.Integer(2)),
                    Peer = rows.Text(3)!,
                    Tls = rows.Text(4)!,
                    Outcome = rows.Text(5)!,
                }));
            }

            return attempts;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _database?.Dispose();
            _database = null;
        }
    }

    private SqliteDatabase Open()
    {
        if (_isClosed)
        {
            throw new SpoolException("The spool is closed.");
        }

        if (_database is null)
        {
            _database = SqliteDatabase.Open(path, readOnly: true);
            _database.SetBusyTimeout(5000);
        }

        return _database;
    }

    /// <summary>Null for a damaged row.</summary>
    private QueueEntry? ReadEntry(SqliteStatement row, DateTimeOffset now)
    {
        if (!DeliveryRow.TryRead(row, row.Text(2)!, out var delivery) || !EnvelopeRecord.TryRead(row.Blob(14), out var origin, out _))
        {
            return null;
        }

        var nextAttemptAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(4));
        return new QueueEntry
        {
            Delivery = delivery.Key,
            MessageId = delivery.MessageId,
            State = window.Find(delivery.Key) is { IsOut: true } ? DeliveryState.InAttempt
                : row.Int32(8) == (int)RowState.Held ? DeliveryState.Held
                : nextAttemptAt > now ? DeliveryState.Deferred
                : DeliveryState.Ready,
            Destination = delivery.Instructions.Destination,
            Sender = delivery.Instructions.ReversePath,
            Recipients = delivery.Instructions.Recipients,
            ReceivedAt = delivery.ReceivedAt,
            ExpiresAt = delivery.ExpiresAt,
            NextAttemptAt = nextAttemptAt,
            Attempts = delivery.Attempts,
            LastReply = delivery.LastFailure,
            Size = delivery.MessageSize,
            IngressPoint = origin,
            BouncedBy = delivery.BouncedBy,
        };
    }
}
