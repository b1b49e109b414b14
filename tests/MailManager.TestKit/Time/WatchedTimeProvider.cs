using Microsoft.Extensions.Time.Testing;

namespace MailManager.TestKit.Time;

/// <summary>A clock that a test moves, and that tells when a timer has been set: only then does moving it mean anything.</summary>
public sealed class WatchedTimeProvider : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _set = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            _set.Add(dueTime);
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return timer;
    }

    /// <summary>Waits until a timer for this time has been set, each at most once, and moves the clock by it.</summary>
    public async Task AdvanceTimerAsync(TimeSpan dueTime)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_set.Remove(dueTime))
                {
                    break;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(20));
        }

        Advance(dueTime);
    }
}
