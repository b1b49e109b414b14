using System.Collections.Concurrent;

namespace MailManager.Smtp.Server;

/// <summary>
/// All open sessions of a server. One heartbeat a second checks one deadline a session, so that thousands of sessions need one timer. A session is
/// removed only after its connection is gone.
/// </summary>
internal sealed class SessionRegistry : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SmtpSession, byte> _sessions = new();
    private readonly ITimer _heartbeat;
    private TaskCompletionSource? _emptied;
    public SessionRegistry(TimeProvider time)
    {
        Time = time;
        _heartbeat = time.CreateTimer(static registry => ((SessionRegistry)registry!).CheckDeadlines(), this, Heartbeat, Heartbeat);
    }

    /// <summary>The clock of all sessions.</summary>
    public TimeProvider Time { get; }

    /// <summary>The open sessions; not one moment's picture.</summary>
    public IEnumerable<SmtpSession> Sessions => _sessions.Select(entry => entry.Key);

    /// <summary>Milliseconds of a clock that never goes back.</summary>
    public long Now => (long)Time.GetElapsedTime(0).TotalMilliseconds;

    public void Add(SmtpSession session) => _sessions.TryAdd(session, 0);

    public void Remove(SmtpSession session)
    {
        _sessions.TryRemove(session, out _);
        if (_sessions.IsEmpty)
        {
            Volatile.Read(ref _emptied)?.TrySetResult();
        }
    }

    /// <summary>Lets running transactions end within the grace time, then cuts what is left; returns when every session is closed.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        var emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _emptied, emptied);
        foreach (var (session, _) in _sessions)
        {
            session.Channel.RequestStop();
        }

        if (_sessions.IsEmpty)
        {
            return;
        }

        try
        {
            await emptied.Task.WaitAsync(grace, Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (var (session, _) in _sessions)
            {
                session.Channel.Abort("The server is stopping.");
            }

            await emptied.Task.ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _heartbeat.DisposeAsync();

    private void CheckDeadlines()
    {
        var now = Now;
        foreach (var (session, _) in _sessions)
        {
            session.Channel.CheckDeadline(now);
        }
    }
}
