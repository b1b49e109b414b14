using MailManager.Delivery.Shaping;
using MailManager.Queue;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Pool;

/// <summary>
/// The ready deliveries of one destination and the workers that carry them, as many as its window allows and as fast as its rates do. A
/// delivery goes to the worker that was idle last, else it waits while another worker is started for it, so that connections open as work
/// demands and idle ones run out. While the destination fails, one connection probes and everything else is deferred. Thread-safe; nothing is awaited and no
/// delivery settled under the lock.
/// </summary>
internal sealed class DestinationQueue
{
    private readonly string _key;
    private readonly DeliveryContext _context;
    private readonly DestinationLimits _limits;
    private readonly Lock _gate = new();
    private readonly Queue<QueuedDelivery> _ready = new();

    // Taken from the end; the start is the longest idle.
    private readonly List<DeliveryWorker> _idle = [];
    private readonly Dictionary<DeliveryWorker, Task> _workers = [];
    private readonly DestinationHealth _health;
    private readonly ConcurrencyWindow _window;
    private readonly DestinationRates? _rates;
    private long _noGrowthBefore;
    private int _open;

    // Workers that get no work any more, and close their connection if they have one.
    private int _ending;

    // Those of them whose connection is still open.
    private int _endingOpen;
    private bool _isStopping;
    private bool _isRemoved;

    /// <param name="key">Of the destination.</param>
    /// <param name="context">What all destinations share.</param>
    public DestinationQueue(string key, DeliveryContext context)
    {
        _key = key;
        _context = context;
        _limits = context.Options.LimitsFor(key);
        _health = new DestinationHealth(context.Time, context.Options.FirstBackoff, context.Options.MaxBackoff);
        _window = new ConcurrencyWindow(_limits.InitialConnections, _limits.MaxConnections);
        _rates = DestinationRates.Create(key, _limits, context, Resume);
    }

    public string Key => _key;

    /// <summary>False: this object was removed and the caller makes a new one.</summary>
    public bool TryEnqueue(QueuedDelivery delivery)
    {
        DeliveryWorker? idle = null;
        SmtpFailure? failure = null;
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

            idle = _rates is null || (_ready.Count == 0 && _idle.Count > 0 && _rates.Take(delivery, opens: false)) ? TakeIdle() : null;
            failure = FailureWithoutProbe();
            if (idle is null && failure is null)
            {
                _ready.Enqueue(delivery);
                TryStart();
            }
        }

        idle?.Wake(delivery);
        if (failure is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state._context.Runner.Defer(state.delivery, state.failure), (_context, delivery, failure), preferLocal: false);
        }

        return true;
    }

    /// <summary>The worker's connection is open.</summary>
    public void OnOpened(DeliveryWorker worker)
    {
        bool hasRecovered;
        lock (_gate)
        {
            _open++;
            hasRecovered = _health.OnSucceeded();
            while (_workers.Count < _ready.Count + 1 && TryStart())
            {
                // One for each delivery that waits; this worker has its own.
            }
        }

        _context.Metrics.ConnectionOpened();
        if (hasRecovered)
        {
            DeliveryLog.DestinationRecovered(_context.Logger, _key);
        }
    }

    public void OnClosed(DeliveryWorker worker)
    {
        lock (_gate)
        {
            _open--;
            _endingOpen -= worker.IsEnding ? 1 : 0;
        }

        _context.Metrics.ConnectionClosed();
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
        var wait = _context.Options.FirstBackoff;
        lock (_gate)
        {
            open = _open;
            if (open > 0)
            {
                idle = TakeBack(delivery);
                _noGrowthBefore = _context.Time.GetTimestamp() + (long)(wait.TotalSeconds * _context.Time.TimestampFrequency);
            }
            else
            {
                others = [.. _ready];
                _ready.Clear();
                wait = _health.OnFailed(failure);
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

    /// <summary>A connection that carried so many messages is closed.</summary>
    public bool IsEnough(int transactions) => _limits.MaxMessagesPerConnection > 0 && transactions >= _limits.MaxMessagesPerConnection;

    /// <summary>For a delivery that a worker has already. False: the rate of connections does not allow one now.</summary>
    public bool TakeConnection()
    {
        if (_rates is null)
        {
            return true;
        }

        lock (_gate)
        {
            return _rates.TakeConnection();
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
        List<DeliveryWorker>? retired = null;
        lock (_gate)
        {
            var limit = _context.Time.GetTimestamp() - (long)(_limits.IdleConnection.TotalSeconds * _context.Time.TimestampFrequency);
            for (var i = _idle.Count - 1; i >= 0; i--)
            {
                if (IsSurplus(_idle[i]) || _idle[i].IdleSince <= limit || _idle[i].Connection!.IsStale())
                {
                    (retired ??= []).Add(_idle[i]);
                    End(_idle[i]);
                    _idle.RemoveAt(i);
                }
            }

            if (_ready.Count > 0 && _idle.Count == 0)
            {
                TryStart();
            }

            _isRemoved = _workers.Count == 0 && _ready.Count == 0 && _health.MayForget && _rates?.MayForget != false;
            if (_isRemoved)
            {
                _rates?.Dispose();
            }
        }

        retired?.ForEach(worker => worker.Wake(null));
        return !_isRemoved;
    }

    /// <summary>Starts nothing any more and lets idle workers end. Returns the work that is still going on.</summary>
    public Task StopAsync()
    {
        DeliveryWorker[] idle;
        Task[] running;
        lock (_gate)
        {
            _isStopping = true;
            _rates?.Dispose();
            _ready.Clear();
            idle = [.. _idle];
            _idle.Clear();
            running = [.. _workers.Values];
        }

        Array.ForEach(idle, worker => worker.Wake(null));
        return Task.WhenAll(running);
    }

    /// <summary>Ends all connections now.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            foreach (var worker in _workers.Keys)
            {
                worker.Connection?.Abort();
            }
        }
    }

    private DeliveryWorker? TakeIdle()
    {
        var worker = _idle.Count > 0 ? _idle[^1] : null;
        if (worker is not null)
        {
            _idle.RemoveAt(_idle.Count - 1);
            worker.Round = _window.Round;
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

    private bool TryStart()
    {
        if (_isStopping || _workers.Count >= _window.Size || !MayGrow() || _rates?.MayStart == false)
        {
            return false;
        }

        var worker = new DeliveryWorker(this);
        _workers.Add(worker, Task.Run(() => RunAsync(worker)));
        return true;
    }

    private bool MayGrow() =>
        _health.IsFailing ? _workers.Count == 0 && _health.MayProbe : _workers.Count == 0 || _context.Time.GetTimestamp() >= _noGrowthBefore;

    private async Task RunAsync(DeliveryWorker worker)
    {
        try
        {
            while (await NextAsync(worker).ConfigureAwait(false) is { } delivery)
            {
                await _context.Runner.RunAsync(this, worker, delivery).ConfigureAwait(false);
                if (worker.IsUsedUp)
                {
                    await worker.QuitAsync().ConfigureAwait(false);
                }
            }

            await worker.QuitAsync().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            DeliveryLog.WorkerFault(_context.Logger, _key, fault);
            await worker.DropAsync().ConfigureAwait(false);
        }
        finally
        {
            QueuedDelivery[] late = [];
            SmtpFailure? failure = null;
            lock (_gate)
            {
                _workers.Remove(worker);
                _ending -= worker.IsEnding ? 1 : 0;
                if (_ready.Count > 0 && !TryStart() && FailureWithoutProbe() is { } last)
                {
                    // They came while this worker was about to end.
                    late = [.. _ready];
                    _ready.Clear();
                    failure = last;
                }
            }

            Array.ForEach(late, delivery => _context.Runner.Defer(delivery, failure!));
        }
    }

    /// <summary>Why nothing is to be tried now: the destination fails, nobody is on the way to it, and it is not time for a probe. Null: something may be.</summary>
    private SmtpFailure? FailureWithoutProbe() => _health.IsFailing && _workers.Count == 0 && !_health.MayProbe ? _health.LastFailure : null;

    private ValueTask<QueuedDelivery?> NextAsync(DeliveryWorker worker)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return default;
            }

            var hasGrown = _window.Apply(worker.Sign, worker.Round);
            worker.Sign = AttemptSign.None;
            if (IsSurplus(worker))
            {
                End(worker);
                return default;
            }

            if (hasGrown && _ready.Count > 1)
            {
                TryStart();
            }

            // Under failure only the probe goes on: what was ready when it failed has been deferred, what came since waits for its end.
            if (_ready.Count > 0 && (worker.Connection is not null || MayOpen()) && MayPass(worker, _ready.Peek()))
            {
                worker.Round = _window.Round;
                return new ValueTask<QueuedDelivery?>(_ready.Dequeue());
            }

            if (worker.Connection is null)
            {
                End(worker);
                return default;
            }

            worker.IdleSince = _context.Time.GetTimestamp();
            _idle.Add(worker);
            return worker.Park();
        }
    }

    /// <summary>
    /// There are more than the window allows. A worker with a connection counts only others that have one: those that have none yet are to end first,
    /// for theirs may be refused.
    /// </summary>
    private bool IsSurplus(DeliveryWorker worker) =>
        (worker.Connection is null ? _workers.Count - _ending : _open - _endingOpen) > _window.Size;

    private void End(DeliveryWorker worker)
    {
        worker.IsEnding = true;
        _ending++;
        _endingOpen += worker.Connection is null ? 0 : 1;
    }

    /// <summary>A worker without a connection may open one: not in the pause after a failure.</summary>
    private bool MayOpen() => _health.IsFailing ? _health.MayProbe : _open == 0 || _context.Time.GetTimestamp() >= _noGrowthBefore;

    /// <summary>The rates allow it. A worker without a connection may then open one.</summary>
    private bool MayPass(DeliveryWorker worker, QueuedDelivery delivery)
    {
        var opens = worker.Connection is null && !worker.IsGranted;
        if (_rates?.Take(delivery, opens) == false)
        {
            return false;
        }

        worker.IsGranted |= opens;
        return true;
    }

    /// <summary>A wait for a rate is over: idle workers get what may go now, and new ones are started for the rest.</summary>
    private void Resume()
    {
        List<(DeliveryWorker Worker, QueuedDelivery Delivery)>? due = null;
        lock (_gate)
        {
            _rates!.OnResumed();
            while (_ready.Count > 0 && _idle.Count > 0 && _rates.Take(_ready.Peek(), opens: false))
            {
                (due ??= []).Add((TakeIdle()!, _ready.Dequeue()));
            }

            for (var i = _ready.Count; i > 0 && TryStart(); i--)
            {
                // One for each delivery that still waits, as far as the rates and the window allow.
            }
        }

        due?.ForEach(entry => entry.Worker.Wake(entry.Delivery));
    }
}
