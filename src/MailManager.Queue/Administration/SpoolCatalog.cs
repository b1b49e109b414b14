using System.Collections.Immutable;
using MailManager.Messages.Envelope;
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
            var columns = filter.ReadsHistory ? $"{DeliveryRow.Columns}, m.history" : $"{DeliveryRow.Columns}, NULL";
            using var rows = Open().Prepare($"SELECT {columns} {DeliveryRow.From} WHERE d.key>?1 ORDER BY d.key LIMIT ?2");
            rows.Bind(1, after).Bind(2, RowsPerPage);
            long last = 0;
            for (var count = 0; rows.Step(); count++)
            {
                if (entries.Count == limit)
                {
                    return new QueuePage(entries, last);
                }

                last = rows.Integer(0);
                if (ReadEntry(rows) is { } entry && filter.Matches(entry, now))
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

    /// <summary>A message with its deliveries; null: it is not in the spool. Throws <see cref="SpoolException"/>.</summary>
    public QueuedMessageEntry? Find(MessageId id)
    {
        lock (_gate)
        {
            var database = Open();
            database.Execute("BEGIN");
            try
            {
                using var locator = new MessageLocator(database);
                return locator.FindMessage(id) is { } message && locator.FindDelivery(message) is { } delivery ? ReadMessage(database, id, message, delivery) : null;
            }
            finally
            {
                database.Execute("COMMIT");
            }
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
                    At = window.Clock.ToWall(rows.Integer(1)),
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

    private QueuedMessageEntry? ReadMessage(SqliteDatabase database, MessageId id, long message, long firstDelivery)
    {
        List<QueueEntry> deliveries = [];
        var recipients = ImmutableArray<string>.Empty;
        using var rows = database.Prepare($"SELECT {DeliveryRow.Columns}, m.history {DeliveryRow.From} WHERE d.key>=?1 ORDER BY d.key");
        rows.Bind(1, firstDelivery);
        while (rows.Step() && rows.Integer(1) == message)
        {
            if (ReadEntry(rows) is { } entry)
            {
                deliveries.Add(entry);
                recipients = EnvelopeRecord.TryRead(rows.Blob(14), out _, out var envelope) ? envelope.Recipients : [];
            }
        }

        return deliveries.Count > 0 ? new QueuedMessageEntry(id, recipients, deliveries[0].History, deliveries) : null;
    }

    /// <summary>Null for a damaged row.</summary>
    /// <param name="row">With the history behind the columns of a delivery.</param>
    private QueueEntry? ReadEntry(SqliteStatement row)
    {
        if (!DeliveryRow.TryRead(row, row.Text(2)!, window.Clock, out var delivery) || !EnvelopeRecord.TryRead(row.Blob(14), out var origin, out _))
        {
            return null;
        }

        return new QueueEntry
        {
            Delivery = delivery.Key,
            MessageId = delivery.MessageId,
            State = window.Find(delivery.Key) is { IsOut: true } ? DeliveryState.InAttempt
                : row.Int32(8) == (int)RowState.Held ? DeliveryState.Held
                : row.Integer(4) > window.Clock.Now ? DeliveryState.Deferred
                : DeliveryState.Ready,
            Destination = delivery.Instructions.Destination,
            Sender = delivery.Instructions.ReversePath,
            Recipients = delivery.Instructions.Recipients,
            ReceivedAt = delivery.ReceivedAt,
            ExpiresAt = delivery.ExpiresAt,
            NextAttemptAt = window.Clock.ToWall(row.Integer(4)),
            Attempts = delivery.Attempts,
            LastReply = delivery.LastFailure,
            Size = delivery.MessageSize,
            IngressPoint = origin,
            BouncedBy = delivery.BouncedBy,
            History = HistoryRecord.TryRead(row.Blob(15), out var history) ? history : null,
        };
    }
}
