namespace MailManager.Delivery.Pool;

/// <summary>The workers of one destination: those that are idle, those that have a connection, those that are about to end. Kept under the destination's lock.</summary>
internal sealed class WorkerSet
{
    private readonly Dictionary<DeliveryWorker, Task> _workers = [];

    // Taken from the end; the start is the longest idle.
    private readonly List<DeliveryWorker> _idle = [];
    private int _ending;

    // Those of them whose connection is still open.
    private int _endingOpen;

    public int Count => _workers.Count;

    public int Idle => _idle.Count;

    /// <summary>Connections that are open.</summary>
    public int Open { get; private set; }

    /// <summary>Those that are not about to end.</summary>
    public int Staying => _workers.Count - _ending;

    public IEnumerable<DeliveryWorker> All => _workers.Keys;

    /// <summary>The work that is going on.</summary>
    public Task[] Running => [.. _workers.Values];

    /// <summary>The idle worker that has been idle for longest; null: none is.</summary>
    public DeliveryWorker? LongestIdle => _idle.Count > 0 ? _idle[0] : null;

    public void Add(DeliveryWorker worker, Task running) => _workers.Add(worker, running);

    public void Remove(DeliveryWorker worker)
    {
        _workers.Remove(worker);
        _ending -= worker.IsEnding ? 1 : 0;
    }

    public void OnOpened() => Open++;

    public void OnClosed(DeliveryWorker worker)
    {
        Open--;
        _endingOpen -= worker.IsEnding ? 1 : 0;
    }

    /// <summary>It has a connection and no work.</summary>
    public void Park(DeliveryWorker worker, long now)
    {
        worker.IdleSince = now;
        _idle.Add(worker);
    }

    /// <summary>The worker that was idle last, which is no more; null: none is idle.</summary>
    public DeliveryWorker? TakeIdle()
    {
        if (_idle.Count == 0)
        {
            return null;
        }

        var worker = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        return worker;
    }

    /// <summary>The worker gets no work any more, and closes its connection if it has one.</summary>
    public void End(DeliveryWorker worker)
    {
        worker.IsEnding = true;
        _ending++;
        _endingOpen += worker.Connection is null ? 0 : 1;
    }

    /// <summary>Ends idle workers. The caller wakes them without work, outside of the lock.</summary>
    public List<DeliveryWorker> EndIdle(Func<DeliveryWorker, bool> which)
    {
        List<DeliveryWorker> ended = [];
        for (var i = _idle.Count - 1; i >= 0; i--)
        {
            if (which(_idle[i]))
            {
                ended.Add(_idle[i]);
                End(_idle[i]);
                _idle.RemoveAt(i);
            }
        }

        return ended;
    }

    /// <summary>
    /// There are more than so many. A worker with a connection counts only others that have one: those that have none yet are to end first,
    /// for theirs may be refused.
    /// </summary>
    public bool IsBeyond(DeliveryWorker worker, int limit) => (worker.Connection is null ? Staying : Open - _endingOpen) > limit;
}
