namespace MailManager.Queue.Schedule;

/// <summary>
/// The destinations whose rows are not due yet, by the time at which they will be, and one timer, set to the earliest. Guarded by the gate of
/// the <see cref="DispatchWindow"/>, but for the timer's call.
/// </summary>
internal sealed class DueTimes : IDisposable
{
    /// <summary>The timer counts elapsed time; that the clock was set forward is noticed after at most so long.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);

    private readonly SortedSet<(long DueAt, Destination Destination)> _times = new(Comparer<(long DueAt, Destination Destination)>.Create(
        static (a, b) => a.DueAt != b.DueAt ? a.DueAt.CompareTo(b.DueAt) : string.CompareOrdinal(a.Destination.Key, b.Destination.Key)));

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _wakesAt = Destination.Never;

    /// <param name="time">Clock and timer.</param>
    /// <param name="due">Called when something may be due, outside of any lock.</param>
    public DueTimes(TimeProvider time, Action due)
    {
        _time = time;
        _timer = time.CreateTimer(static due => ((Action)due!)(), due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The clock, in Unix milliseconds.</summary>
    public long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Add(Destination destination)
    {
        _times.Add((destination.DueAt, destination));
        SetTimer();
    }

    public void Remove(Destination destination) => _times.Remove((destination.DueAt, destination));

    /// <summary>The timer has fired: it has to be set again, by <see cref="SetTimer"/> or <see cref="Add"/>.</summary>
    public void Fired() => _wakesAt = Destination.Never;

    /// <summary>Takes a destination that is due.</summary>
    public bool TryTakeDue(out Destination destination)
    {
        var (dueAt, first) = _times.Min;
        destination = first;
        return first is not null && dueAt <= Now && _times.Remove((dueAt, first));
    }

    public void SetTimer()
    {
        if (_times.Count == 0 || _times.Min.DueAt >= _wakesAt)
        {
            return;
        }

        _wakesAt = _times.Min.DueAt;
        var now = _time.GetUtcNow();

        // Rounded up, or the timer would fire within the last millisecond before, find nothing due and be set to nothing again.
        var wait = Math.Ceiling(Math.Max(0, _wakesAt - (now - DateTimeOffset.UnixEpoch).TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(Math.Min(wait, LongestSleep.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
