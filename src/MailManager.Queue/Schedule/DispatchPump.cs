using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>Hands deliveries to the dispatcher, and takes those back that it will not have. <see cref="Dispatch"/> is thread-safe; all else is guarded by the gate.</summary>
internal sealed class DispatchPump(Lock gate, ILogger logger) : IThreadPoolWorkItem
{
    private readonly Queue<QueuedDelivery> _released = new();
    private volatile IDeliveryDispatcher? _dispatcher;
    private Action<QueuedDelivery>? _refused;
    private bool _isReleasing;

    public bool IsStarted => _dispatcher is not null;

    /// <param name="dispatcher">Takes the deliveries.</param>
    /// <param name="refused">Takes a delivery for which the dispatcher threw, or which an order keeps from it.</param>
    public void Start(IDeliveryDispatcher dispatcher, Action<QueuedDelivery> refused)
    {
        _refused = refused;
        _dispatcher = dispatcher;
    }

    public void Stop()
    {
        _dispatcher = null;
        _released.Clear();
    }

    /// <summary>Dispatches a delivery on a pool thread, since a dispatcher may settle within Dispatch, which releases the next.</summary>
    public void Release(QueuedDelivery delivery)
    {
        _released.Enqueue(delivery);
        if (!_isReleasing)
        {
            _isReleasing = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Dispatches a delivery on the calling thread, outside of the gate. After the stop, nothing happens.</summary>
    public void Dispatch(QueuedDelivery delivery)
    {
        if (_dispatcher is not { } dispatcher)
        {
            return;
        }

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
            QueueLog.DispatchFailed(logger, exception, delivery.Key);
            _refused!(delivery);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            QueuedDelivery? delivery;
            lock (gate)
            {
                if (!_released.TryDequeue(out delivery))
                {
                    _isReleasing = false;
                    return;
                }
            }

            Dispatch(delivery);
        }
    }
}
