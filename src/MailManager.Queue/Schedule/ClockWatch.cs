using MailManager.Queue.Spool;

namespace MailManager.Queue.Schedule;

/// <summary>Looks every half minute whether the wall clock was set, also while nothing is written, and has that noted in the spool. Thread-safe.</summary>
internal sealed class ClockWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private readonly QueueClock _clock;
    private readonly SpoolWriter _writer;
    private readonly ITimer _timer;

    public ClockWatch(QueueClock clock, SpoolWriter writer, TimeProvider time)
    {
        _clock = clock;
        _writer = writer;
        _timer = time.CreateTimer(static watch => ((ClockWatch)watch!).Look(), this, Period, Period);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (_clock.IsMarkOutdated)
        {
            _writer.MarkClock();
        }
    }
}
