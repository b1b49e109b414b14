using System.Collections.Concurrent;

namespace MailManager.LoadTests.Net;

/// <summary>
/// One timer for all connections: closes those whose current wait has lasted longer than the limit. Cheaper than a
/// cancellation timer per read; a wait may last up to a quarter of a second more than the limit.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const int PeriodMilliseconds = 250;
    private readonly ConcurrentDictionary<Transport, byte> _transports = new();
    private readonly long _limitMilliseconds;
    private readonly Timer _timer;

    public Watchdog(TimeSpan limit)
    {
        _limitMilliseconds = (long)limit.TotalMilliseconds;
        _timer = new Timer(static state => ((Watchdog)state!).Check(), this, PeriodMilliseconds, PeriodMilliseconds);
    }

    public void Add(Transport transport) => _transports.TryAdd(transport, 0);

    public void Remove(Transport transport) => _transports.TryRemove(transport, out _);

    /// <summary>Closes every connection, so that all loops end.</summary>
    public void ExpireAll()
    {
        foreach (var (transport, _) in _transports)
        {
            transport.Expire();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        var now = Environment.TickCount64;
        foreach (var (transport, _) in _transports)
        {
            var since = transport.WaitingSince;
            if (since != 0 && now - since > _limitMilliseconds)
            {
                transport.Expire();
            }
        }
    }
}
