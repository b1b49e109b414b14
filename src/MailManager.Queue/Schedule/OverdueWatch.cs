using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Schedule;

/// <summary>
/// Looks every half minute for destinations whose deliveries should have been read a minute ago and were not, although there is room: a fault of
/// the queue, of which nothing else would tell. Thread-safe.
/// </summary>
internal sealed class OverdueWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private readonly DispatchWindow _window;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private int _count;

    public OverdueWatch(DispatchWindow window, TimeProvider time, ILogger logger)
    {
        _window = window;
        _logger = logger;
        _timer = time.CreateTimer(static watch => ((OverdueWatch)watch!).Look(), this, Period, Period);
    }

    /// <summary>Such destinations, at the last look.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var (count, example) = _window.FindOverdue();
        if (Interlocked.Exchange(ref _count, count) == 0 && count > 0)
        {
            QueueLog.Overdue(_logger, count, example!);
        }
    }
}
