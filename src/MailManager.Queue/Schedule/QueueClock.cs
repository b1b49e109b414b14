using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>
/// The time in which the queue schedules and the spool is written: it goes on evenly, whatever the wall clock is set to. It agrees with the wall clock until that
/// is set for the first time, and is apart from it by <see cref="Offset"/> afterwards. What waits a minute waits a minute. Thread-safe.
/// </summary>
/// <remarks>
/// While the process runs, elapsed time comes from <see cref="TimeProvider.GetTimestamp"/>. Over a restart the spool keeps a <see cref="ClockMark"/>, what both
/// clocks showed at one moment: it is written when the wall clock was set, at a stop, and once a minute with what else is written. From the mark on nothing but the
/// wall clock tells how much time went by until the start; when it shows less than the mark, it was set back, and the queue's time goes on from the mark. So from
/// a start on no row waits for longer than its delay and a minute.
/// </remarks>
internal sealed class QueueClock
{
    /// <summary>By less the wall clock is not set but corrected, and the queue need not know.</summary>
    private static readonly TimeSpan SmallestStep = TimeSpan.FromMilliseconds(100);

    /// <summary>Two clocks that were not read together within this time were read before and after a pause of this thread.</summary>
    private static readonly TimeSpan LongestReading = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan MarkPeriod = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly long _startedAt;
    private readonly DateTimeOffset _start;
    private long _offset;

    private volatile bool _isMarkWanted = true;
    private long _markedOffset;
    private long _markedAt;

    /// <param name="time">Wall clock and elapsed time.</param>
    /// <param name="mark">The last in the spool; null: there is none, and the clocks agree.</param>
    /// <param name="logger">Is told when the wall clock was set.</param>
    public QueueClock(TimeProvider time, ClockMark? mark, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _startedAt = time.GetTimestamp();
        var wall = time.GetUtcNow();
        if (mark is { } last)
        {
            var backwards = wall.ToUnixTimeMilliseconds() - last.Wall;
            _offset = TimeSpan.FromMilliseconds(last.Wall - last.Queue + Math.Min(0, backwards)).Ticks;
            if (backwards < 0)
            {
                QueueLog.ClockSet(logger, TimeSpan.FromMilliseconds(backwards));
            }
        }

        _start = wall - TimeSpan.FromTicks(_offset);
    }

    /// <summary>In milliseconds of this clock, which are Unix milliseconds while the wall clock is not set.</summary>
    public long Now => (_start + _time.GetElapsedTime(_startedAt)).ToUnixTimeMilliseconds();

    /// <summary>How far the wall clock is ahead of this one.</summary>
    public TimeSpan Offset
    {
        get
        {
            var known = TimeSpan.FromTicks(Volatile.Read(ref _offset));
            return TryMeasure(out var measured) && (measured - known).Duration() >= SmallestStep ? Set(measured) : known;
        }
    }

    /// <summary>A moment that the wall clock shows, in milliseconds of this clock.</summary>
    public long FromWall(DateTimeOffset wall) => (wall - Offset).ToUnixTimeMilliseconds();

    /// <summary>A moment of this clock, as the wall clock shows it now.</summary>
    public DateTimeOffset ToWall(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) + Offset;

    /// <summary>Has a mark written with the next commit, whenever the last was.</summary>
    public void WantMark() => _isMarkWanted = true;

    /// <summary>The wall clock was set since the last mark.</summary>
    public bool IsMarkOutdated => Offset.Ticks != Volatile.Read(ref _markedOffset);

    /// <summary>A timer that counts the time of this clock.</summary>
    public ITimer CreateTimer(Action due) =>
        _time.CreateTimer(static due => ((Action)due!)(), due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>A mark to be written now; null: the last will do. For the writer's thread, as <see cref="Marked"/>.</summary>
    public ClockMark? NextMark()
    {
        var offset = Offset;
        if (!_isMarkWanted && offset.Ticks == Volatile.Read(ref _markedOffset) && _time.GetElapsedTime(_markedAt) < MarkPeriod)
        {
            return null;
        }

        var now = Now;
        return new ClockMark((DateTimeOffset.FromUnixTimeMilliseconds(now) + offset).ToUnixTimeMilliseconds(), now);
    }

    /// <summary>A mark is durable.</summary>
    public void Marked(ClockMark mark)
    {
        _isMarkWanted = false;
        Volatile.Write(ref _markedOffset, TimeSpan.FromMilliseconds(mark.Wall - mark.Queue).Ticks);
        _markedAt = _time.GetTimestamp();
    }

    /// <summary>False when this thread was held up meanwhile, so that nothing is known.</summary>
    private bool TryMeasure(out TimeSpan offset)
    {
        var before = _time.GetTimestamp();
        var wall = _time.GetUtcNow();
        offset = wall - (_start + _time.GetElapsedTime(_startedAt));
        return _time.GetElapsedTime(before) < LongestReading;
    }

    private TimeSpan Set(TimeSpan measured)
    {
        // Whole milliseconds, as those of a mark.
        measured = TimeSpan.FromMilliseconds(Math.Round(measured.TotalMilliseconds));
        TimeSpan by;
        lock (_gate)
        {
            by = measured - TimeSpan.FromTicks(_offset);
            if (by.Duration() < SmallestStep / 2)
            {
                return TimeSpan.FromTicks(_offset);
            }

            Volatile.Write(ref _offset, measured.Ticks);
        }

        QueueLog.ClockSet(_logger, by);
        return measured;
    }
}

/// <summary>What both clocks showed at one moment, in Unix milliseconds and in those of the queue.</summary>
internal readonly record struct ClockMark(long Wall, long Queue);
