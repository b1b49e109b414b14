namespace MailManager.Queue.Schedule;

/// <summary>
/// Deferred deliveries by the time of their next attempt: one heap and one timer, set to the earliest. Thread-safe; calls
/// <paramref name="due"/> outside of its lock, on the timer's thread.
/// </summary>
internal sealed class DeliverySchedule : IDisposable
{
    /// <summary>Timers count in milliseconds up to some 49 days; and a clock that was set is noticed after at most this time.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<QueuedDelivery, long> _deferred = new();
    private readonly TimeProvider _timeProvider;
    private readonly Action<QueuedDelivery> _due;
    private readonly ITimer _timer;
    private long _wakesAt = long.MaxValue;
    private bool _isRunning;

    public DeliverySchedule(TimeProvider timeProvider, Action<QueuedDelivery> due)
    {
        _timeProvider = timeProvider;
        _due = due;
        _timer = timeProvider.CreateTimer(
            static schedule => ((DeliverySchedule)schedule!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _deferred.Count;
            }
        }
    }

    public void Add(QueuedDelivery delivery, DateTimeOffset at)
    {
        lock (_gate)
        {
            _deferred.Enqueue(delivery, at.UtcTicks);
            SetTimer();
        }
    }

    /// <summary>Until then deliveries only gather.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isRunning = true;
            SetTimer();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isRunning = false;
        }

        _timer.Dispose();
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wakesAt = long.MaxValue;
        }

        while (TakeDue() is { } delivery)
        {
            _due(delivery);
        }
    }

    private QueuedDelivery? TakeDue()
    {
        lock (_gate)
        {
            if (_isRunning && _deferred.TryPeek(out _, out var at) && at <= _timeProvider.GetUtcNow().UtcTicks)
            {
                return _deferred.Dequeue();
            }

            SetTimer();
            return null;
        }
    }

    private void SetTimer()
    {
        if (!_isRunning || !_deferred.TryPeek(out _, out var at) || at >= _wakesAt)
        {
            return;
        }

        // Rounded up, or the timer would fire within the last millisecond before, find nothing due and be set to nothing again.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(Math.Max(0, at - _timeProvider.GetUtcNow().UtcTicks)).TotalMilliseconds));
        _wakesAt = at;
        _timer.Change(wait < LongestSleep ? wait : LongestSleep, Timeout.InfiniteTimeSpan);
    }
}
