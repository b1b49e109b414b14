using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>
/// Hands due deliveries to the dispatcher, at most so many of one destination at a time. The others stay in the spool and are read when their
/// time has come and their destination has room, so that memory is bounded, a restart with a full spool or a relay that comes back floods
/// nobody, and no destination waits for another. Thread-safe.
/// </summary>
internal sealed class DispatchWindow : IDisposable
{
    /// <summary>Rows that are read for one destination before another has its turn.</summary>
    private const int LoadSize = 500;

    /// <summary>What is due for longer without having been read, though there is room, is forgotten; in milliseconds.</summary>
    private const long Patience = 60_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly InMemoryDeliveries _inMemory = new();
    private readonly Queue<Destination> _loads = new();
    private readonly QueueClock _clock;
    private readonly DueTimes _times;
    private readonly DispatchPump _pump;
    private readonly WindowLimits _limits;
    private Action? _wakeLoader;
    private int _waiting;

    public DispatchWindow(MailQueueOptions options, QueueClock clock, ILogger logger)
    {
        _limits = new WindowLimits(options);
        _clock = clock;
        _times = new DueTimes(clock, OnTimer);
        _pump = new DispatchPump(_gate, logger);
    }

    /// <summary>What times here are of.</summary>
    public QueueClock Clock => _clock;

    /// <summary>Deliveries in memory.</summary>
    public int InMemory
    {
        get
        {
            lock (_gate)
            {
                return _inMemory.Count;
            }
        }
    }

    /// <summary>Begins to dispatch, what has been waiting first.</summary>
    /// <param name="dispatcher">Takes the deliveries.</param>
    /// <param name="refused">Takes a delivery for which the dispatcher threw, or which an order keeps from it.</param>
    /// <param name="wakeLoader">Called when <see cref="TryBeginLoad"/> has something. Must return quickly.</param>
    public void Start(IDeliveryDispatcher dispatcher, Action<QueuedDelivery> refused, Action wakeLoader)
    {
        lock (_gate)
        {
            _pump.Start(dispatcher, refused);
            _wakeLoader = wakeLoader;
            foreach (var destination in _destinations.Values)
            {
                while (destination.Outstanding < _limits.Outstanding && destination.Waiting.Count > 0)
                {
                    Release(destination);
                }

                Place(destination);
            }
        }
    }

    /// <summary>From now on everything waits.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _pump.Stop();
            _loads.Clear();
        }

        _times.Dispose();
    }

    public void Dispose() => _times.Dispose();

    /// <summary>
    /// A new delivery of this destination may stay in memory; else it waits in the spool, as it also does where others wait there already.
    /// What many sessions are told at once may pass the limits by as many.
    /// </summary>
    public bool HasRoom(string key)
    {
        lock (_gate)
        {
            if (!_destinations.TryGetValue(key, out var destination))
            {
                return true;
            }

            return !destination.IsLoading && (destination.DueAt == Destination.Never || destination.DueAt > _clock.Now)
                && (_waiting < _limits.Waiting || _limits.Space(destination, _inMemory.Count) > 0);
        }
    }

    /// <summary>Dispatches a due delivery on the calling thread, or lets it wait in memory for its destination.</summary>
    public void Enqueue(QueuedDelivery delivery) => Enqueue(delivery, isRegistered: false);

    /// <summary>Deliveries that were read from the spool are in memory from now on; <see cref="EnqueueRegistered"/> follows for each.</summary>
    public void Register(List<QueuedDelivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                _inMemory.Add(delivery);
            }
        }
    }

    /// <summary>As <see cref="Enqueue(QueuedDelivery)"/>, for one that is registered.</summary>
    public void EnqueueRegistered(QueuedDelivery delivery) => Enqueue(delivery, isRegistered: true);

    private void Enqueue(QueuedDelivery delivery, bool isRegistered)
    {
        lock (_gate)
        {
            if (!isRegistered)
            {
                _inMemory.Add(delivery);
            }

            var destination = Find(delivery.Instructions.Destination);
            if (!_pump.IsStarted || destination.Outstanding >= _limits.Outstanding)
            {
                destination.Waiting.Enqueue(delivery);
                _waiting++;
                return;
            }

            destination.Outstanding++;
        }

        _pump.Dispatch(delivery);
    }

    /// <summary>A delivery of this destination came back from the dispatcher; the next may go.</summary>
    public void Complete(string key)
    {
        lock (_gate)
        {
            var destination = _destinations[key];
            destination.Outstanding--;
            if (_pump.IsStarted && destination.Waiting.Count > 0)
            {
                Release(destination);
            }
            else
            {
                Place(destination);
            }
        }
    }

    /// <summary>The settlement of a delivery is durable.</summary>
    public void Settled(long delivery)
    {
        lock (_gate)
        {
            _inMemory.Settled(delivery);
        }
    }

    /// <summary>A row of this destination waits in the spool until then, in milliseconds of the <see cref="Clock"/>.</summary>
    public void Wait(string key, long dueAt)
    {
        lock (_gate)
        {
            var destination = Find(key);
            if (dueAt < destination.DueAt)
            {
                _times.Remove(destination);
                destination.DueAt = dueAt;
                Place(destination);
            }
        }
    }

    /// <summary>A delivery in memory; null: all that there is to know of it is in the spool.</summary>
    public QueuedDelivery? Find(long delivery)
    {
        lock (_gate)
        {
            return _inMemory.Find(delivery);
        }
    }

    /// <summary>The next destination to read rows for, and what may be read. Only one load at a time; each is followed by <see cref="EndLoad"/>.</summary>
    public bool TryBeginLoad(out BacklogLoad load)
    {
        lock (_gate)
        {
            load = default;
            if (!_pump.IsStarted || !_loads.TryDequeue(out var destination))
            {
                return false;
            }

            _inMemory.BeginLoad();

            // Whatever is known from now on comes on top.
            destination.DueAt = Destination.Never;
            load = new BacklogLoad(destination, Math.Clamp(_limits.Space(destination, _inMemory.Count), 1, LoadSize), _clock.Now);
            return true;
        }
    }

    /// <summary>While loading: what the row says is out of date, or cannot be read.</summary>
    public bool IsExcluded(long delivery)
    {
        lock (_gate)
        {
            return _inMemory.IsExcluded(delivery);
        }
    }

    /// <summary>This row is left alone until the next start. False: that is known already.</summary>
    public bool MarkUnreadable(long delivery)
    {
        lock (_gate)
        {
            return _inMemory.MarkUnreadable(delivery);
        }
    }

    /// <param name="load">What <see cref="TryBeginLoad"/> gave.</param>
    /// <param name="dueAt">When the first of the rows that were not read is due, in milliseconds of the <see cref="Clock"/>.</param>
    public void EndLoad(in BacklogLoad load, long dueAt)
    {
        lock (_gate)
        {
            _inMemory.EndLoad();
            load.Destination.IsLoading = false;
            load.Destination.DueAt = Math.Min(load.Destination.DueAt, dueAt);
            Place(load.Destination);
        }
    }

    /// <summary>How many destinations have rows that are a minute past due and are not read although there is room, and one of them.</summary>
    public (int Count, string? Example) FindOverdue()
    {
        lock (_gate)
        {
            var before = _clock.Now - Patience;
            var count = 0;
            string? example = null;
            foreach (var destination in _destinations.Values)
            {
                var isForgotten = destination.IsLoading || _limits.IsRoomForLoad(destination, _inMemory.Count);
                if (_pump.IsStarted && destination.DueAt < before && isForgotten)
                {
                    count++;
                    example = destination.Key;
                }
            }

            return (count, example);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _times.Fired();
            while (_pump.IsStarted && _times.TryTakeDue(out var destination))
            {
                Place(destination);
            }

            _times.SetTimer();
        }
    }

    /// <summary>Has the destination's rows read, now or when they are due, and forgets it when there is nothing to know.</summary>
    private void Place(Destination destination)
    {
        if (destination.IsEmpty)
        {
            _destinations.Remove(destination.Key);
        }
        else if (destination.DueAt == Destination.Never || destination.IsLoading || !_pump.IsStarted)
        {
            return;
        }
        else if (destination.DueAt > _clock.Now)
        {
            _times.Add(destination);
        }
        else if (_limits.IsRoomForLoad(destination, _inMemory.Count))
        {
            _times.Remove(destination);
            destination.IsLoading = true;
            _loads.Enqueue(destination);
            _wakeLoader!();
        }
    }

    private Destination Find(string key)
    {
        if (!_destinations.TryGetValue(key, out var destination))
        {
            _destinations.Add(key, destination = new Destination(key));
        }

        return destination;
    }

    private void Release(Destination destination)
    {
        destination.Outstanding++;
        _waiting--;
        _pump.Release(destination.Waiting.Dequeue());
    }
}
