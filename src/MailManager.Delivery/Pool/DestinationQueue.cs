using MailManager.Queue;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Pool;

/// <summary>
/// The ready deliveries of one destination and the workers that carry them, at most the configured number. A delivery goes to the worker
/// that was idle last, else it waits while another worker is started for it, so that connections open as work demands and idle ones
/// run out. While the destination fails, one connection probes and everything else is deferred. Thread-safe; nothing is awaited and no
/// delivery settled under the lock.
/// </summary>
internal sealed class DestinationQueue(string key, DeliveryContext context)
{
    private readonly Lock _gate = new();
    private readonly Queue<QueuedDelivery> _ready = new();

    // Taken from the end; the start is the longest idle.
    private readonly List<DeliveryWorker> _idle = [];
    private readonly Dictionary<DeliveryWorker, Task> _workers = [];
    private readonly DestinationHealth _health = new(context.Time, context.Options.FirstBackoff, context.Options.MaxBackoff);
    private long _noGrowthBefore;
    private int _open;
    private bool _isStopping;
    private bool _isRemoved;

    public string Key => key;

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

            idle = TakeIdle();
            failure = _health.IsFailing && _workers.Count == 0 && !_health.MayProbe ? _health.LastFailure : null;
            if (idle is null && failure is null)
            {
                _ready.Enqueue(delivery);
                TryStart();
            }
        }

        idle?.Wake(delivery);
        if (failure is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.context.Runner.Defer(state.delivery, state.failure), (context, delivery, failure), preferLocal: false);
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

        context.Metrics.ConnectionOpened();
        if (hasRecovered)
        {
            DeliveryLog.DestinationRecovered(context.Logger, key);
        }
    }

    public void OnClosed(DeliveryWorker worker)
    {
        lock (_gate)
        {
            _open--;
        }

        context.Metrics.ConnectionClosed();
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
        var wait = context.Options.FirstBackoff;
        lock (_gate)
        {
            open = _open;
            if (open > 0)
            {
                idle = TakeIdle();
                if (idle is null)
                {
                    _ready.Enqueue(delivery);
                }

                _noGrowthBefore = context.Time.GetTimestamp() + (long)(wait.TotalSeconds * context.Time.TimestampFrequency);
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
            DeliveryLog.ConnectionRefused(context.Logger, key, open, failure.ToString());
            return false;
        }

        if (wait > TimeSpan.Zero)
        {
            DeliveryLog.DestinationFailing(context.Logger, key, wait.TotalSeconds, failure.ToString());
        }

        return true;
    }

    /// <summary>Once a second: idle connections that are stale or not needed are closed, and what waits for a probe gets it.</summary>
    /// <returns>False: there is nothing left and this object was removed.</returns>
    public bool Tick()
    {
        List<DeliveryWorker>? retired = null;
        lock (_gate)
        {
            var limit = context.Time.GetTimestamp() - (long)(context.Options.IdleConnection.TotalSeconds * context.Time.TimestampFrequency);
            for (var i = _idle.Count - 1; i >= 0; i--)
            {
                if (_idle[i].IdleSince <= limit || _idle[i].Connection!.IsStale())
                {
                    (retired ??= []).Add(_idle[i]);
                    _idle.RemoveAt(i);
                }
            }

            if (_ready.Count > 0 && _idle.Count == 0)
            {
                TryStart();
            }

            _isRemoved = _workers.Count == 0 && _ready.Count == 0 && _health.MayForget;
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
        }

        return worker;
    }

    private bool TryStart()
    {
        if (_isStopping || _workers.Count >= context.Options.MaxConnectionsPerRelay || !MayGrow())
        {
            return false;
        }

        var worker = new DeliveryWorker(this);
        _workers.Add(worker, Task.Run(() => RunAsync(worker)));
        return true;
    }

    private bool MayGrow() =>
        _health.IsFailing ? _workers.Count == 0 && _health.MayProbe : _workers.Count == 0 || context.Time.GetTimestamp() >= _noGrowthBefore;

    private async Task RunAsync(DeliveryWorker worker)
    {
        try
        {
            while (await NextAsync(worker).ConfigureAwait(false) is { } delivery)
            {
                await context.Runner.RunAsync(this, worker, delivery).ConfigureAwait(false);
            }

            await worker.QuitAsync().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            DeliveryLog.WorkerFault(context.Logger, key, fault);
            await worker.DropAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _workers.Remove(worker);
                if (_ready.Count > 0)
                {
                    TryStart();
                }
            }
        }
    }

    private ValueTask<QueuedDelivery?> NextAsync(DeliveryWorker worker)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return default;
            }

            // Under failure only the probe goes on: what was ready when it failed has been deferred, what came since waits for its end.
            if (_ready.Count > 0 && (worker.Connection is not null || MayOpen()))
            {
                return new ValueTask<QueuedDelivery?>(_ready.Dequeue());
            }

            if (worker.Connection is null)
            {
                return default;
            }

            worker.IdleSince = context.Time.GetTimestamp();
            _idle.Add(worker);
            return worker.Park();
        }
    }

    /// <summary>A worker without a connection may open one: not in the pause after a failure.</summary>
    private bool MayOpen() => _health.IsFailing ? _health.MayProbe : _open == 0 || context.Time.GetTimestamp() >= _noGrowthBefore;
}
