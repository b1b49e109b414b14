using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>
/// Hands due deliveries to the dispatcher, at most so many of one destination at a time, and lets the others of that destination wait in
/// order: a restart with a full spool or a relay that comes back does not flood anybody, and no destination waits for another. Thread-safe.
/// </summary>
internal sealed class DispatchWindow(int limit, ILogger logger) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly Queue<QueuedDelivery> _released = new();
    private IDeliveryDispatcher? _dispatcher;
    private Action<QueuedDelivery>? _refused;
    private bool _isReleasing;

    /// <summary>Begins to dispatch, what has been waiting first.</summary>
    /// <param name="dispatcher">Takes the deliveries.</param>
    /// <param name="refused">Takes a delivery for which the dispatcher threw.</param>
    public void Start(IDeliveryDispatcher dispatcher, Action<QueuedDelivery> refused)
    {
        lock (_gate)
        {
            _dispatcher = dispatcher;
            _refused = refused;
            foreach (var destination in _destinations.Values)
            {
                while (destination.Outstanding < limit && destination.Waiting.TryDequeue(out var delivery))
                {
                    Release(destination, delivery);
                }
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
        }
    }

    /// <summary>Dispatches a due delivery on the calling thread, or lets it wait for its destination.</summary>
    public void Enqueue(QueuedDelivery delivery)
    {
        IDeliveryDispatcher dispatcher;
        lock (_gate)
        {
            var key = delivery.Instructions.Destination;
            if (!_destinations.TryGetValue(key, out var destination))
            {
                _destinations.Add(key, destination = new Destination());
            }

            if (_dispatcher is null || destination.Outstanding == limit)
            {
                destination.Waiting.Enqueue(delivery);
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
            if (_dispatcher is not null && destination.Waiting.TryDequeue(out var next))
            {
                Release(destination, next);
            }
            else if (destination.Outstanding == 0 && destination.Waiting.Count == 0)
            {
                _destinations.Remove(key);
            }
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

    private void Release(Destination destination, QueuedDelivery delivery)
    {
        destination.Outstanding++;
        _released.Enqueue(delivery);
        if (!_isReleasing)
        {
            _isReleasing = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Dispatch(IDeliveryDispatcher dispatcher, QueuedDelivery delivery)
    {
        delivery.BeginAttempt();
        try
        {
            dispatcher.Dispatch(delivery);
        }
        catch (Exception exception)
        {
            // A bug over there must not keep a message from its 250, nor from being delivered.
            QueueLog.DispatchFailed(logger, exception, delivery.Key);
            if (delivery.TryEndAttempt())
            {
                Complete(delivery.Instructions.Destination);
                _refused!(delivery);
            }
        }
    }

    private sealed class Destination
    {
        public int Outstanding;

        public Queue<QueuedDelivery> Waiting { get; } = new(0);
    }
}
