using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>
/// Hands due deliveries to the dispatcher, at most so many of one destination at a time. The others stay in the spool and are read when their
/// time has come and their destination has room, so that memory is bounded, a restart with a full spool or a relay that comes back floods
/// nobody, and no destination waits for another. Thread-safe.
/// </summary>
internal sealed class DispatchWindow : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Deliveries that every destination may have in memory, however many others have.</summary>
    private const int FairShare = 20;

    /// <summary>Rows that are read for one destination before another has its turn.</summary>
    private const int LoadSize = 500;

    /// <summary>What is due for longer without having been read, though there is room, is forgotten; in milliseconds.</summary>
    private const long Patience = 60_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);

    // Until their settlement is durable: their rows in the spool say less than what is known here.
    private readonly Dictionary<long, QueuedDelivery> _inMemory = [];
    private readonly HashSet<long> _unreadable = [];
    private readonly HashSet<long> _settledWhileLoading = [];
    private readonly Queue<QueuedDelivery> _released = new();
    private readonly Queue<Destination> _loads = new();
    private readonly DueTimes _times;
    private readonly int _limit;
    private readonly int _memoryLimit;
    private readonly int _waitingLimit;
    private readonly ILogger _logger;
    private IDeliveryDispatcher? _dispatcher;
    private Action<QueuedDelivery>? _refused;
    private Action? _wakeLoader;
    private int _waiting;
    private bool _isReleasing;
    private bool _isLoading;

    public DispatchWindow(MailQueueOptions options, TimeProvider time, ILogger logger)
    {
        _limit = options.DispatchWindow;
        _memoryLimit = options.MaxInMemory;
        _waitingLimit = options.MaxWaitingInMemory;
        _logger = logger;
        _times = new DueTimes(time, OnTimer);
    }

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
            _dispatcher = dispatcher;
            _refused = refused;
            _wakeLoader = wakeLoader;
            foreach (var destination in _destinations.Values)
            {
                while (destination.Outstanding < _limit && destination.Waiting.Count > 0)
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
            _dispatcher = null;
            _released.Clear();
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

            return !destination.IsLoading && (destination.DueAt == Destination.Never || destination.DueAt > _times.Now)
                && (_waiting < _waitingLimit || Space(destination) > 0);
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
                _inMemory.Add(delivery.Key, delivery);
            }
        }
    }

    /// <summary>As <see cref="Enqueue(QueuedDelivery)"/>, for one that is registered.</summary>
    public void EnqueueRegistered(QueuedDelivery delivery) => Enqueue(delivery, isRegistered: true);

    private void Enqueue(QueuedDelivery delivery, bool isRegistered)
    {
        IDeliveryDispatcher dispatcher;
        lock (_gate)
        {
            if (!isRegistered)
            {
                _inMemory.Add(delivery.Key, delivery);
            }

            var destination = Find(delivery.Instructions.Destination);
            if (_dispatcher is null || destination.Outstanding >= _limit)
            {
                destination.Waiting.Enqueue(delivery);
                _waiting++;
                return;
            }

            destination.Outstanding++;
            dispatcher = _dispatcher;
        }

        Dispatch(dispatcher, delivery);
    }

    /// <summary>A delivery of this destination came back from the dispatcher; the next may go.</summary>
    public void Complete(string key)
    {
        lock (_gate)
        {
            var destination = _destinations[key];
            destination.Outstanding--;
            if (_dispatcher is not null && destination.Waiting.Count > 0)
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
            _inMemory.Remove(delivery);
            if (_isLoading)
            {
                _settledWhileLoading.Add(delivery);
            }
        }
    }

    /// <summary>A row of this destination waits in the spool until then, in Unix milliseconds.</summary>
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
            return _inMemory.GetValueOrDefault(delivery);
        }
    }

    /// <summary>The next destination to read rows for, and what may be read. Only one load at a time; each is followed by <see cref="EndLoad"/>.</summary>
    public bool TryBeginLoad(out BacklogLoad load)
    {
        lock (_gate)
        {
            load = default;
            if (_dispatcher is null || !_loads.TryDequeue(out var destination))
            {
                return false;
            }

            _isLoading = true;

            // Whatever is known from now on comes on top.
            destination.DueAt = Destination.Never;
            load = new BacklogLoad(destination, Math.Clamp(Space(destination), 1, LoadSize), _times.Now);
            return true;
        }
    }

    /// <summary>While loading: what the row says is out of date, or cannot be read.</summary>
    public bool IsExcluded(long delivery)
    {
        lock (_gate)
        {
            return _inMemory.ContainsKey(delivery) || _settledWhileLoading.Contains(delivery) || _unreadable.Contains(delivery);
        }
    }

    /// <summary>This row is left alone until the next start. False: that is known already.</summary>
    public bool MarkUnreadable(long delivery)
    {
        lock (_gate)
        {
            return _unreadable.Add(delivery);
        }
    }

    /// <param name="load">What <see cref="TryBeginLoad"/> gave.</param>
    /// <param name="dueAt">When the first of the rows that were not read is due, in Unix milliseconds.</param>
    public void EndLoad(in BacklogLoad load, long dueAt)
    {
        lock (_gate)
        {
            _isLoading = false;
            _settledWhileLoading.Clear();
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
            var before = _times.Now - Patience;
            var count = 0;
            string? example = null;
            foreach (var destination in _destinations.Values)
            {
                var isBusy = !destination.IsLoading && (destination.Waiting.Count > 0 || Space(destination) < Math.Max(1, Limit / 4));
                if (_dispatcher is not null && destination.DueAt < before && !isBusy)
                {
                    count++;
                    example = destination.Key;
                }
            }

            return (count, example);
        }
    }

    /// <summary>Dispatches what was released. On a pool thread, since a dispatcher may settle within Dispatch, which releases the next.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            IDeliveryDispatcher? dispatcher;
            QueuedDelivery? delivery;
            lock (_gate)
            {
                dispatcher = _dispatcher;
                if (dispatcher is null || !_released.TryDequeue(out delivery))
                {
                    _isReleasing = false;
                    return;
                }
            }

            Dispatch(dispatcher, delivery);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _times.Fired();
            while (_dispatcher is not null && _times.TryTakeDue(out var destination))
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
        else if (destination.DueAt == Destination.Never || destination.IsLoading || _dispatcher is null)
        {
            return;
        }
        else if (destination.DueAt > _times.Now)
        {
            _times.Add(destination);
        }
        else if (destination.Waiting.Count == 0 && Space(destination) >= Math.Max(1, Limit / 4))
        {
            _times.Remove(destination);
            destination.IsLoading = true;
            _loads.Enqueue(destination);
            _wakeLoader!();
        }
    }

    /// <summary>Deliveries of one destination that may be in memory now.</summary>
    private int Limit => _inMemory.Count < _memoryLimit ? _limit : Math.Min(_limit, FairShare);

    private int Space(Destination destination) => Limit - destination.Outstanding - destination.Waiting.Count;

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
        _released.Enqueue(destination.Waiting.Dequeue());
        if (!_isReleasing)
        {
            _isReleasing = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Dispatch(IDeliveryDispatcher dispatcher, QueuedDelivery delivery)
    {
        delivery.BeginAttempt();
        if (delivery.HasOrder)
        {
            // It was given while the delivery waited here.
            _refused!(delivery);
            return;
        }

        try
        {
            dispatcher.Dispatch(delivery);
        }
        catch (Exception exception)
        {
            // A bug over there must not keep a message from its 250, nor from being delivered.
            QueueLog.DispatchFailed(_logger, exception, delivery.Key);
            _refused!(delivery);
        }
    }
}

/// <summary>Rows to be read.</summary>
/// <param name="Destination">Whose.</param>
/// <param name="Count">At most so many.</param>
/// <param name="Now">Those that are due at this time, in Unix milliseconds.</param>
internal readonly record struct BacklogLoad(Destination Destination, int Count, long Now);
