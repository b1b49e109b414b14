namespace MailManager.Delivery.Pool;

/// <summary>
/// Shares the connections to all destinations. A worker has a place from its start to its end. Who finds none free waits in order: first the destinations
/// without any worker, then those that want a further one. While one of the former waits, others give way: idle connections are closed, the longest
/// idle first, a worker of several ends with its message, and one that is alone after <see cref="Turn"/> messages. So each destination has its turn, and
/// nobody who waits holds anything. Thread-safe; called under a destination's lock only where it says so.
/// </summary>
/// <param name="limit">Workers at a time, at least 1.</param>
internal sealed class ConnectionBudget(int limit)
{
    /// <summary>Messages after which the only connection of a destination gives way.</summary>
    internal const int Turn = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<DestinationQueue, bool> _waiting = [];
    private readonly Queue<DestinationQueue> _first = new();
    private readonly Queue<DestinationQueue> _further = new();
    private int _used;
    private int _firstWaiting;
    private int _givingWay;
    private int _reclaims;

    /// <summary>All destinations there are. Set once, before the first delivery.</summary>
    public Func<IEnumerable<DestinationQueue>> Destinations { get; set; } = static () => [];

    /// <summary>A destination without any worker waits, and nobody is on the way out for it yet. A hint: read without the lock.</summary>
    public bool IsWanted => Volatile.Read(ref _firstWaiting) > Volatile.Read(ref _givingWay);

    /// <summary>Takes a place. False: none is free, and the destination is told when there is one. Called under the destination's lock.</summary>
    /// <param name="destination">Who asks.</param>
    /// <param name="isFirst">It has no worker.</param>
    public bool TryTake(DestinationQueue destination, bool isFirst)
    {
        lock (_gate)
        {
            if (_used < limit)
            {
                _used++;
                return true;
            }

            if (_waiting.TryGetValue(destination, out var wasFirst) && wasFirst == isFirst)
            {
                return false;
            }

            // Its place in the other queue, if it has one, counts no more.
            _waiting[destination] = isFirst;
            (isFirst ? _first : _further).Enqueue(destination);
            _firstWaiting += isFirst ? 1 : wasFirst ? -1 : 0;
        }

        if (isFirst)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static budget => budget.Reclaim(), this, preferLocal: false);
        }

        return false;
    }

    /// <summary>A worker begins to give way.</summary>
    public void GiveWay() => Interlocked.Increment(ref _givingWay);

    /// <summary>Hands the place of a worker that has ended to who waits for it.</summary>
    /// <param name="gaveWay">It ended for that.</param>
    public void Release(bool gaveWay)
    {
        if (gaveWay)
        {
            Interlocked.Decrement(ref _givingWay);
        }

        while (Next() is { } destination)
        {
            if (destination.TryUse())
            {
                return;
            }
        }
    }

    /// <summary>Closes as many idle connections as are wanted. One caller at a time does it, for the others as well.</summary>
    public void Reclaim()
    {
        if (!IsWanted || Interlocked.Increment(ref _reclaims) > 1)
        {
            return;
        }

        int done;
        do
        {
            done = Volatile.Read(ref _reclaims);
            foreach (var destination in Destinations().Where(destination => destination.IdleSince != long.MaxValue).OrderBy(destination => destination.IdleSince))
            {
                if (!IsWanted)
                {
                    break;
                }

                destination.GiveWay();
            }
        }
        while (Interlocked.CompareExchange(ref _reclaims, 0, done) != done);
    }

    /// <summary>Who gets the place; null: nobody wants it, and it is free.</summary>
    private DestinationQueue? Next()
    {
        lock (_gate)
        {
            foreach (var (queue, isFirst) in (ReadOnlySpan<(Queue<DestinationQueue>, bool)>)[(_first, true), (_further, false)])
            {
                while (queue.TryDequeue(out var destination))
                {
                    if (_waiting.TryGetValue(destination, out var waitsAsFirst) && waitsAsFirst == isFirst)
                    {
                        _waiting.Remove(destination);
                        _firstWaiting -= isFirst ? 1 : 0;
                        return destination;
                    }
                }
            }

            _used--;
            return null;
        }
    }
}
