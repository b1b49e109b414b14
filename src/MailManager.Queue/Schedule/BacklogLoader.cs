using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>
/// Reads rows that are due, for one destination after the other, and hands them to the window. One load at a time, on the thread pool, over a
/// connection of its own.
/// </summary>
internal sealed class BacklogLoader(string path, DispatchWindow window, ILogger logger) : IThreadPoolWorkItem, IDisposable
{
    /// <summary>After a failure, in milliseconds; what it is about is read again then.</summary>
    private const int RetryDelay = 10_000;

    private Reader? _reader;
    private int _wakes;
    private volatile bool _isStopped;

    /// <summary>Held while rows are read and handed over: who changes rows that are not in memory holds it too.</summary>
    public Lock Turn { get; } = new();

    /// <summary>There is something to load. Takes no lock: it is called under the window's.</summary>
    public void Wake()
    {
        if (Interlocked.Increment(ref _wakes) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Waits for the load that is under way.</summary>
    public void Dispose()
    {
        _isStopped = true;
        lock (Turn)
        {
            _reader?.Dispose();
            _reader = null;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        int wakes;
        do
        {
            wakes = Volatile.Read(ref _wakes);
            while (!_isStopped && window.TryBeginLoad(out var load))
            {
                Load(load);
            }
        }
        while (Interlocked.CompareExchange(ref _wakes, 0, wakes) != wakes);
    }

    private void Load(in BacklogLoad load)
    {
        List<QueuedDelivery> due = [];
        var next = window.Clock.Now + RetryDelay;
        lock (Turn)
        {
            try
            {
                if (_isStopped)
                {
                    return;
                }

                _reader ??= new Reader(path);
                next = _reader.Read(load, window, due, logger);
            }
            catch (SpoolException exception)
            {
                QueueLog.BacklogUnreadable(logger, exception, load.Destination.Key);
                _reader?.Dispose();
                _reader = null;
            }

            // While the turn is ours, so that an order finds a delivery either in the spool or in memory.
            window.Register(due);
        }

        due.ForEach(window.EnqueueRegistered);
        window.EndLoad(load, next);
    }

    private sealed class Reader : IDisposable
    {
        private readonly SqliteDatabase _database;
        private readonly SqliteStatement _due;
        private readonly SqliteStatement _next;
        private readonly SqliteStatement _row;

        public Reader(string path)
        {
            _database = SqliteDatabase.Open(path, readOnly: true);
            try
            {
                _database.SetBusyTimeout(5000);
                _due = _database.Prepare("SELECT key,next_attempt_at FROM delivery WHERE destination=?1 AND state<>0 AND next_attempt_at<=?2 ORDER BY next_attempt_at");
                _next = _database.Prepare("SELECT min(next_attempt_at) FROM delivery WHERE destination=?1 AND state<>0 AND next_attempt_at>?2");
                _row = _database.Prepare(DeliveryRow.Select + " WHERE d.key=?1");
            }
            catch
            {
                _database.Dispose();
                throw;
            }
        }

        /// <summary>Reads what is due. Returns when the first of the rows that were not read is due.</summary>
        public long Read(in BacklogLoad load, DispatchWindow window, List<QueuedDelivery> due, ILogger logger)
        {
            _due.Bind(1, load.Destination.Key).Bind(2, load.Now);
            try
            {
                while (_due.Step())
                {
                    var key = _due.Integer(0);
                    if (window.IsExcluded(key))
                    {
                        continue;
                    }

                    if (due.Count == load.Count)
                    {
                        return _due.Integer(1);
                    }

                    if (ReadRow(key, load.Destination.Key, window.Clock) is { } delivery)
                    {
                        due.Add(delivery);
                    }
                    else if (window.MarkUnreadable(key))
                    {
                        QueueLog.UnreadableRow(logger, key);
                    }
                }
            }
            finally
            {
                _due.Reset();
            }

            return ReadNext(load);
        }

        public void Dispose()
        {
            _due.Dispose();
            _next.Dispose();
            _row.Dispose();
            _database.Dispose();
        }

        private QueuedDelivery? ReadRow(long key, string destination, QueueClock clock)
        {
            _row.Bind(1, key);
            try
            {
                return _row.Step() && DeliveryRow.TryRead(_row, destination, clock, out var delivery) ? delivery : null;
            }
            finally
            {
                _row.Reset();
            }
        }

        private long ReadNext(in BacklogLoad load)
        {
            _next.Bind(1, load.Destination.Key).Bind(2, load.Now);
            try
            {
                return _next.Step() && !_next.IsNull(0) ? _next.Integer(0) : Destination.Never;
            }
            finally
            {
                _next.Reset();
            }
        }
    }
}
