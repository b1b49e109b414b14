namespace MailManager.Queue.Spool;

/// <summary>
/// The one thread that writes: takes everything that waits at a moment, has it committed, and begins again. What arrives during a commit
/// shares the next, which is all the grouping there is under load. Settlements ride along with messages and ask for a commit of their own
/// only after a delay. <see cref="Enqueue(AcceptOperation)"/> and <see cref="Settle"/> are thread-safe.
/// </summary>
internal sealed class SpoolWriter
{
    /// <summary>Most accepts in one transaction.</summary>
    private const int AcceptsPerBatch = 512;

    /// <summary>So many settlements do not wait for company.</summary>
    private const int SettlementsWorthACommit = 256;

    private readonly object _gate = new();
    private readonly Queue<AcceptOperation> _accepts = new();
    private readonly List<SettleOperation> _settlements = [];
    private readonly List<AcceptOperation> _batch = [];
    private readonly Queue<OrderOperation> _orders = new();

    // Of the orders, the one that is taken with the batch.
    private OrderOperation? _order;
    private readonly SpoolCommitter _committer;
    private readonly SpoolDisk _disk;
    private readonly StorageWatch _watch;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _settleDelay;
    private readonly long _idleDelay;
    private readonly long _retryDelay;
    private bool _isWaiting;
    private bool _isStopping;
    private bool _isMarkWanted;

    /// <summary>When settlements stop waiting for company, in ticks of <see cref="Environment.TickCount64"/>.</summary>
    private long _settleAt = long.MaxValue;

    /// <summary>When free space is given back to the disk, after the last work.</summary>
    private long _idleAt = long.MaxValue;

    /// <summary>When a bad disk is tried again.</summary>
    private long _retryAt = long.MaxValue;

    /// <summary>The last commit left settlements for another.</summary>
    private bool _hasMore;

    public SpoolWriter(SpoolCommitter committer, SpoolDisk disk, StorageWatch watch, MailQueueOptions options)
    {
        _committer = committer;
        _disk = disk;
        _watch = watch;
        _settleDelay = (long)options.SettleDelay.TotalMilliseconds;
        _idleDelay = (long)options.IdleDelay.TotalMilliseconds;
        _retryDelay = (long)options.RetryDelay.TotalMilliseconds;
        _thread = new Thread(Run) { IsBackground = true, Name = "Spool writer" };
    }

    /// <summary>Settlements that could not be written; valid when stopped.</summary>
    public int Unsettled => _committer.Unsettled;

    public void Start() => _thread.Start();

    public void Enqueue(AcceptOperation operation)
    {
        lock (_gate)
        {
            if (!_isStopping)
            {
                _accepts.Enqueue(operation);
                if (_isWaiting)
                {
                    Monitor.Pulse(_gate);
                }

                return;
            }
        }

        operation.Result = AcceptResult.StorageFailed;
        operation.Complete();
    }

    public void Enqueue(OrderOperation operation)
    {
        lock (_gate)
        {
            if (!_isStopping)
            {
                _orders.Enqueue(operation);
                Monitor.Pulse(_gate);
                return;
            }
        }

        operation.Fail(new SpoolException("The spool is closed."));
    }

    public void Settle(SettleOperation operation)
    {
        lock (_gate)
        {
            _settlements.Add(operation);
            if (_isWaiting && _settlements.Count is 1 or SettlementsWorthACommit)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Has what the clocks show written, although nothing else is to be.</summary>
    public void MarkClock()
    {
        lock (_gate)
        {
            _isMarkWanted = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes all that waits, once more even to a bad disk, and closes the store.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        return _ended.Task;
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                var work = Next();
                if (work == Work.Idle)
                {
                    if (_disk.GiveBackSpace())
                    {
                        // What has arrived meanwhile goes first.
                        _idleAt = 0;
                    }

                    continue;
                }

                Commit();
                if (work == Work.Last)
                {
                    break;
                }
            }

            while (_hasMore)
            {
                Commit();
            }

            _disk.Close();
            _ended.SetResult();
        }
        catch (Exception exception)
        {
            _watch.Stopped();
            _ended.SetException(exception);
            throw;
        }
    }

    private void Commit()
    {
        var before = _committer.Unsettled;
        _committer.Commit(_batch);
        _batch.Clear();
        if (_order is { } order)
        {
            // After the settlements, so that what has come back is found in the spool.
            _order = null;
            _committer.Carry(order);
        }

        // A bad disk is tried again after a while, and at once when something was deleted.
        var isProgress = _committer.Unsettled < before;
        var now = Environment.TickCount64;
        if (_watch.Health != QueueHealth.Ready && (now >= _retryAt || isProgress))
        {
            _disk.Recover();
            _retryAt = long.MaxValue;
        }

        _hasMore = _committer.Unsettled > 0 && isProgress;
        var isStuck = _watch.Health != QueueHealth.Ready || (_committer.Unsettled > 0 && !isProgress);
        _retryAt = isStuck ? Math.Min(_retryAt, now + _retryDelay) : long.MaxValue;
    }

    /// <summary>Waits for something to do and takes it.</summary>
    private Work Next()
    {
        lock (_gate)
        {
            while (true)
            {
                var now = Environment.TickCount64;
                if (_accepts.Count == 0 && _orders.Count == 0 && !_isStopping && !_isMarkWanted)
                {
                    var wait = TimeToWait(now);
                    if (wait != 0)
                    {
                        _isWaiting = true;
                        Monitor.Wait(_gate, wait);
                        _isWaiting = false;
                        continue;
                    }

                    if (now >= _idleAt && now < Math.Min(_settleAt, _retryAt))
                    {
                        _idleAt = long.MaxValue;
                        return Work.Idle;
                    }
                }

                return Take(now);
            }
        }
    }

    /// <summary>Milliseconds; 0: something is due; -1: only a pulse helps.</summary>
    private int TimeToWait(long now)
    {
        if (_hasMore || _settlements.Count >= SettlementsWorthACommit)
        {
            return 0;
        }

        if (_settlements.Count > 0 && _settleAt == long.MaxValue)
        {
            _settleAt = now + _settleDelay;
        }

        var due = Math.Min(Math.Min(_settleAt, _idleAt), _retryAt);
        return due == long.MaxValue ? -1 : (int)Math.Clamp(due - now, 0, int.MaxValue);
    }

    private Work Take(long now)
    {
        long bytes = 0;
        while (_batch.Count < AcceptsPerBatch && _accepts.TryPeek(out var accept)
            && (_batch.Count == 0 || bytes + accept.Batch.Bytes <= _disk.BatchBytes))
        {
            bytes += accept.Batch.Bytes;
            _batch.Add(_accepts.Dequeue());
        }

        _isMarkWanted = false;
        _orders.TryDequeue(out _order);
        _committer.AddSettlements(_settlements);
        _settlements.Clear();
        _settleAt = long.MaxValue;
        _idleAt = now + _idleDelay;
        return _isStopping && _accepts.Count == 0 && _orders.Count == 0 ? Work.Last : Work.Commit;
    }

    private enum Work
    {
        Commit,
        Idle,
        Last,
    }
}
