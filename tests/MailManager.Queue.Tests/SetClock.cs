using Microsoft.Extensions.Time.Testing;

namespace MailManager.Queue.Tests;

/// <summary>Time that goes by as the test says, and a wall clock that can be set apart from it.</summary>
internal sealed class SetClock(DateTimeOffset start) : TimeProvider
{
    private readonly FakeTimeProvider _time = new(start);

    /// <summary>By how much the wall clock was set, in all.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => _time.TimestampFrequency;

    public void Advance(TimeSpan time) => _time.Advance(time);

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow() + Offset;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _time.CreateTimer(callback, state, dueTime, period);
}
