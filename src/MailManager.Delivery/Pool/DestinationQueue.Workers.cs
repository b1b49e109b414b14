using MailManager.Delivery.Shaping;
using MailManager.Queue;

namespace MailManager.Delivery.Pool;

/// <summary>How workers start, get their next delivery, and end.</summary>
internal sealed partial class DestinationQueue
{
    /// <summary>When the worker that has been idle for longest became so; the greatest number: none is idle.</summary>
    public long IdleSince
    {
        get
        {
            lock (_gate)
            {
                return _workers.LongestIdle?.IdleSince ?? long.MaxValue;
            }
        }
    }

    /// <summary>The worker's connection is open.</summary>
    public void OnOpened(DeliveryWorker worker)
    {
        bool hasRecovered;
        lock (_gate)
        {
            _workers.OnOpened();
            hasRecovered = _pace.OnOpened();
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
            _workers.OnClosed(worker);
        }

        _context.Metrics.ConnectionClosed();
    }

    /// <summary>A connection that carried so many messages is closed.</summary>
    public bool IsEnough(int transactions) => _pace.IsEnough(transactions);

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

    /// <summary>Starts a worker with a place of the budget. False: there is nothing for it to do.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_isRemoved || _ready.Count == 0 || !MayStart())
            {
                return false;
            }

            Start();
            return true;
        }
    }

    /// <summary>Closes the connection that has been idle for longest, if one is, so that another destination gets one.</summary>
    public void GiveWay()
    {
        List<DeliveryWorker> ended;
        lock (_gate)
        {
            var longest = _workers.LongestIdle;
            ended = _workers.EndIdle(worker => worker == longest);
            ended.ForEach(GiveWay);
        }

        ended.ForEach(worker => worker.Wake(null));
    }

    private bool TryStart()
    {
        if (!MayStart())
        {
            return false;
        }

        if (!_context.Budget.TryTake(this, isFirst: _workers.Count == 0))
        {
            _context.Metrics.Waiting(nameof(DeliveryOptions.MaxConnections));
            return false;
        }

        Start();
        return true;
    }

    private bool MayStart() => !_isStopping && _workers.Count < _pace.Size && _pace.MayGrow(_workers.Count) && _rates?.MayStart != false;

    private void Start()
    {
        var worker = new DeliveryWorker(this);
        _workers.Add(worker, Task.Run(() => RunAsync(worker)));
    }

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
            lock (_gate)
            {
                _workers.Remove(worker);
            }

            // Who waits for a place comes before what came here while this worker was about to end.
            _context.Budget.Release(worker.GivesWay);
            QueuedDelivery[] late = [];
            Pause? pause = null;
            lock (_gate)
            {
                if (_ready.Count > 0 && !TryStart() && (pause = _pace.PauseOf(_workers.Count)) is not null)
                {
                    late = TakeReady();
                }
            }

            Array.ForEach(late, delivery => _context.Runner.Defer(delivery, pause!.Value));
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

            var change = _pace.Apply(worker);
            if (change == PaceChange.Slow)
            {
                DeliveryLog.DestinationSlow(_context.Logger, _key, _pace.Size);
            }

            if (_workers.IsBeyond(worker, _pace.Size) || _pace.IsSuspended)
            {
                _workers.End(worker);
                return default;
            }

            if (_context.Budget.IsWanted && MayGiveWay(worker))
            {
                _workers.End(worker);
                GiveWay(worker);
                return default;
            }

            if (change == PaceChange.Grown && _ready.Count > 1)
            {
                TryStart();
            }

            // Under failure only the probe goes on: what was ready when it failed has been deferred, what came since waits for its end.
            if (_ready.Count > 0 && (worker.Connection is not null || _pace.MayOpen(_workers.Open)) && MayPass(worker, _ready.Peek()))
            {
                worker.Round = _pace.Round;
                return new ValueTask<QueuedDelivery?>(_ready.Dequeue());
            }

            if (worker.Connection is null)
            {
                _workers.End(worker);
                return default;
            }

            _workers.Park(worker, _context.Time.GetTimestamp());
            return worker.Park();
        }
    }

    /// <summary>A worker without work, one of several, or one that has had its turn. One that has just got its place uses it.</summary>
    private bool MayGiveWay(DeliveryWorker worker) =>
        worker.Connection is { } connection && (_ready.Count == 0 || _workers.Staying > 1 || connection.Transactions >= ConnectionBudget.Turn);

    private void GiveWay(DeliveryWorker worker)
    {
        worker.GivesWay = true;
        _context.Budget.GiveWay();
    }

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
            while (_ready.Count > 0 && _workers.Idle > 0 && _rates.Take(_ready.Peek(), opens: false))
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
