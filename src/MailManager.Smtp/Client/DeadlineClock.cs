using System.Collections.Concurrent;

namespace MailManager.Smtp.Client;

/// <summary>
/// One timer for all client connections: each second it ends those whose deadline has passed, so that a wait costs a store and no timer.
/// Thread-safe.
/// </summary>
public sealed class DeadlineClock : IDisposable
{
    private readonly ConcurrentDictionary<SmtpClientConnection, byte> _connections = new();
    private readonly ITimer _timer;

    public DeadlineClock(TimeProvider time)
    {
        Time = time;
        _timer = time.CreateTimer(static state => ((DeadlineClock)state!).Tick(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    internal TimeProvider Time { get; }

    public void Dispose() => _timer.Dispose();

    internal void Add(SmtpClientConnection connection) => _connections.TryAdd(connection, 0);

    internal void Remove(SmtpClientConnection connection) => _connections.TryRemove(connection, out _);

    private void Tick()
    {
        var now = Time.GetTimestamp();
        foreach (var (connection, _) in _connections)
        {
            connection.EndIfOverdue(now);
        }
    }
}
