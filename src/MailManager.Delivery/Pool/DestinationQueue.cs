using MailManager.Delivery.Egress;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Shaping;
using MailManager.Queue;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Pool;

/// <summary>
/// The ready deliveries of one destination, from one egress source, and the workers that carry them, as many as its pace and the budget of all allow and as fast as its rates do. A
/// delivery goes to the worker that was idle last, else it waits while another worker is started for it, so that connections open as work
/// demands and idle ones run out. While the destination fails, one connection probes and everything else is deferred. Thread-safe; nothing is awaited and no
/// delivery settled under the lock.
/// </summary>
internal sealed partial class DestinationQueue
{
    private readonly string _key;
    private readonly DeliveryContext _context;
    private readonly DestinationLimits _limits;
    private readonly Lock _gate = new();
    private readonly Queue<QueuedDelivery> _ready = new();
    private readonly WorkerSet _workers = new();
    private readonly DestinationPace _pace;
    private readonly DestinationRates? _rates;
    private bool _isStopping;
    private bool _isRemoved;

    /// <param name="destination">Its key.</param>
    /// <param name="source">What its connections leave from; null: the system chooses.</param>
    /// <param name="context">What all destinations share.</param>
    public DestinationQueue(string destination, EgressSource? source, DeliveryContext context)
    {
        _key = source is null ? destination : $"{destination} from {source.Name}";
        Source = source;
        _context = context;
        _limits = context.Options.LimitsFor(destination);
        _pace = new DestinationPace(_limits, context.Options, context.Time);
        _rates = DestinationRates.Create(_key, _limits, context, Resume);
    }

    /// <summary>For people: the destination, and what its connections leave from.</summary>
    public string Key => _key;

    /// <summary>What its connections leave from; null: the system chooses.</summary>
    public EgressSource? Source { get; }

    /// <summary>False: this object was removed and the caller makes a new one.</summary>
    public bool TryEnqueue(QueuedDelivery delivery)
    {
        DeliveryWorker? idle = null;
        Pause? pause;
        lock (_gate)
        {
            if (_isRemoved)
            {
                return false;
            }

            if (_isStopping)
            {
                return true;
            }

            idle = _rates is null || (_ready.Count == 0 && _workers.Idle > 0 && _rates.Take(delivery, opens: false)) ? TakeIdle() : null;
            pause = _pace.PauseOf(_workers.Count);
            if (idle is null && pause is null)
            {
                _ready.Enqueue(delivery);
                TryStart();
            }
        }

        if (idle is not null)
        {
            idle.Wake(delivery);
        }
        else if (pause is { } why)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state._context.Runner.Defer(state.delivery, state.why), (_context, delivery, why), preferLocal: false);
        }

        return true;
    }

    /// <summary>
    /// No connection came about for this delivery. Where others are open, the server has enough of them, which is not the delivery's fault:
    /// it goes back to the others and there are no new workers for a while. Else the destination fails and with it all that is ready.
    /// </summary>
    /// <returns>False: the delivery is in other hands again. True: it failed, as did those in <paramref name="others"/>.</returns>
    public bool OnOpenFailed(QueuedDelivery delivery, SmtpFailure failure, out QueuedDelivery[] others)
    {
        others = [];
        DeliveryWorker? idle = null;
        int open;
        var wait = TimeSpan.Zero;
        lock (_gate)
        {
            open = _workers.Open;
            if (open > 0)
            {
                idle = TakeBack(delivery);
                _pace.OnRefused();
            }
            else
            {
                others = TakeReady();
                wait = _pace.OnFailed(failure);
            }
        }

        idle?.Wake(delivery);
        if (open > 0)
        {
            DeliveryLog.ConnectionRefused(_context.Logger, _key, open, failure.ToString());
            return false;
        }

        if (wait > TimeSpan.Zero)
        {
            DeliveryLog.DestinationFailing(_context.Logger, _key, wait.TotalSeconds, failure.ToString());
        }

        return true;
    }

    /// <summary>Does what reply patterns say of the attempt's failures, as far as it is about the destination or the connection and not about recipients.</summary>
    public void Obey(DeliveryWorker worker, in AttemptResult result)
    {
        (ReplyAction Action, SmtpFailure Failure)? suspension = null;
        foreach (var entry in result.Actions)
        {
            worker.MustClose |= entry.Action.CloseConnection;
            if (entry.Action.HasLimits)
            {
                lock (_gate)
                {
                    _pace.Limit(entry.Action);
                }
            }

            if (entry.Action.Suspend is { } length && !(length <= suspension?.Action.Suspend))
            {
                suspension = entry;
            }
        }

        if (suspension is { Action.Suspend: { } longest, Failure: var cause })
        {
            Suspend(longest, cause);
        }
    }

    /// <summary>Takes back a delivery that no connection could be opened for now.</summary>
    public void Return(QueuedDelivery delivery)
    {
        DeliveryWorker? idle;
        lock (_gate)
        {
            idle = TakeBack(delivery);
        }

        idle?.Wake(delivery);
    }

    /// <summary>Once a second: idle connections that are stale or not needed are closed, and what waits for a probe gets it.</summary>
    /// <returns>False: there is nothing left and this object was removed.</returns>
    public bool Tick()
    {
        List<DeliveryWorker> retired;
        lock (_gate)
        {
            _pace.Tick();
            var limit = _context.Time.GetTimestamp() - (long)(_limits.IdleConnection.TotalSeconds * _context.Time.TimestampFrequency);
            retired = _workers.EndIdle(worker => _workers.IsBeyond(worker, _pace.Size) || worker.IdleSince <= limit || worker.Connection!.IsStale());
            if (_ready.Count > 0 && _workers.Idle == 0)
            {
                TryStart();
            }

            _isRemoved = _workers.Count == 0 && _ready.Count == 0 && _pace.MayForget && _rates?.MayForget != false;
            if (_isRemoved)
            {
                _rates?.Dispose();
            }
        }

        retired.ForEach(worker => worker.Wake(null));
        return !_isRemoved;
    }

    /// <summary>Starts nothing any more and lets idle workers end. Returns the work that is still going on.</summary>
    public Task StopAsync()
    {
        List<DeliveryWorker> idle;
        Task[] running;
        lock (_gate)
        {
            _isStopping = true;
            _rates?.Dispose();
            _ready.Clear();
            idle = _workers.EndIdle(static _ => true);
            running = _workers.Running;
        }

        idle.ForEach(worker => worker.Wake(null));
        return Task.WhenAll(running);
    }

    /// <summary>Ends all connections now.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            foreach (var worker in _workers.All)
            {
                worker.Connection?.Abort();
            }
        }
    }

    /// <summary>Nothing is sent for this time. What is ready is deferred, and what is not idle ends with its message.</summary>
    private void Suspend(TimeSpan length, SmtpFailure cause)
    {
        QueuedDelivery[] deferred;
        List<DeliveryWorker> idle;
        Pause pause;
        lock (_gate)
        {
            var until = _context.Time.GetUtcNow() + length;
            _pace.Suspend(new SmtpFailure(SmtpParty.Network, SmtpPhase.Connect, default, $"the destination gets nothing until {until:yyyy-MM-dd HH:mm:ss}Z, for it said: {cause}"), length);
            pause = _pace.PauseOf(_workers.Count)!.Value;
            deferred = TakeReady();
            idle = _workers.EndIdle(static _ => true);
        }

        DeliveryLog.DestinationSuspended(_context.Logger, _key, length.TotalSeconds, cause.ToString());
        idle.ForEach(worker => worker.Wake(null));
        Array.ForEach(deferred, delivery => _context.Runner.Defer(delivery, pause));
    }

    private QueuedDelivery[] TakeReady()
    {
        QueuedDelivery[] all = [.. _ready];
        _ready.Clear();
        return all;
    }

    private DeliveryWorker? TakeIdle()
    {
        var worker = _workers.TakeIdle();
        if (worker is not null)
        {
            worker.Round = _pace.Round;
        }

        return worker;
    }

    /// <summary>A worker to wake with it, or null: it waits with the others.</summary>
    private DeliveryWorker? TakeBack(QueuedDelivery delivery)
    {
        var idle = TakeIdle();
        if (idle is null)
        {
            _ready.Enqueue(delivery);
        }

        return idle;
    }
}
