namespace MailManager.Queue.Schedule;

/// <summary>
/// The destinations whose rows are not due yet, by the time at which they will be, and one timer, set to the earliest. Guarded by the gate of
/// the <see cref="DispatchWindow"/>, but for the timer's call.
/// </summary>
internal sealed class DueTimes : IDisposable
{
    /// <summary>A timer cannot count to a time that is months away.</summary>
    private const long LongestSleep = 24 * 60 * 60 * 1000;

    private readonly SortedSet<(long DueAt, Destination Destination)> _times = new(Comparer<(long DueAt, Destination Destination)>.Create(
        static (a, b) => a.DueAt != b.DueAt ? a.DueAt.CompareTo(b.DueAt) : string.CompareOrdinal(a.Destination.Key, b.Destination.Key)));

    private readonly QueueClock _clock;
    private readonly ITimer _timer;
    private long _wakesAt = Destination.Never;

    /// <param name="clock">What times are of.</param>
    /// <param name="due">Called when something may be due, outside of any lock.</param>
    public DueTimes(QueueClock clock, Action due)
    {
        _clock = clock;
        _timer = clock.CreateTimer(due);
    }

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
        return first is not null && dueAt <= _clock.Now && _times.Remove((dueAt, first));
    }

    public void SetTimer()
    {
        if (_times.Count == 0 || _times.Min.DueAt >= _wakesAt)
        {
            return;
        }

        // The clock leaves out what is of the present millisecond, so that the timer never fires within the last before.
        _wakesAt = _times.Min.DueAt;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(_wakesAt - _clock.Now, 0, LongestSleep)), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
