using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using MailManager.Smtp.Tls;
using Microsoft.AspNetCore.Connections;

namespace MailManager.Smtp.Server;

/// <summary>What came of waiting for input.</summary>
internal enum ArrivalKind : byte
{
    /// <summary>Octets, perhaps none: look at the session's state too.</summary>
    Data,

    /// <summary>Octets, the last that will come.</summary>
    LastData,

    /// <summary>The deadline has passed.</summary>
    Expired,

    /// <summary>The client takes nothing any more.</summary>
    Closed,
}

/// <summary>What has arrived; with data, the channel's input has to be advanced.</summary>
internal readonly record struct Arrival(ArrivalKind Kind, ReadOnlySequence<byte> Buffer);

/// <summary>
/// The octets of one connection, in clear text or under TLS, and its one deadline. <see cref="CheckDeadline"/>, <see cref="RequestStop"/> and
/// <see cref="Abort"/> may be called from anywhere, all else by the session's loop only.
/// </summary>
internal sealed class SessionChannel
{
    /// <summary>What an expired session gets to take its last reply before the connection is cut, in milliseconds.</summary>
    private const long LastReplyMilliseconds = 10_000;

    private readonly ConnectionContext _connection;
    private readonly SessionRegistry _registry;
    private IDuplexPipe _pipe;
    private TlsDuplexPipe? _tls;
    private long _deadline;
    private volatile bool _expired;
    private volatile bool _stopRequested;

    public SessionChannel(ConnectionContext connection, SessionRegistry registry)
    {
        _connection = connection;
        _registry = registry;
        _pipe = connection.Transport;
    }

    public PipeReader Input => _pipe.Input;

    public PipeWriter Output => _pipe.Output;

    /// <summary>The session was asked to end.</summary>
    public bool IsStopRequested => _stopRequested;

    /// <summary>The connection is gone.</summary>
    public CancellationToken Closed => _connection.ConnectionClosed;

    /// <summary>Milliseconds of a clock that never goes back.</summary>
    public long Now => _registry.Now;

    /// <summary>Called by the registry's heartbeat: an overdue session first gets a 421, later its connection is cut.</summary>
    public void CheckDeadline(long now)
    {
        if (now < Volatile.Read(ref _deadline))
        {
            return;
        }

        if (_expired)
        {
            _connection.Abort(new ConnectionAbortedException("The SMTP session has timed out."));
            return;
        }

        _expired = true;
        Volatile.Write(ref _deadline, now + LastReplyMilliseconds);
        WakeUp();
    }

    /// <summary>Asks the session to end with 421 as soon as no transaction runs.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        WakeUp();
    }

    /// <summary>Cuts the connection.</summary>
    public void Abort(string reason) => _connection.Abort(new ConnectionAbortedException(reason));

    /// <summary>From now on this long; once expired, only the last reply's time is left.</summary>
    public void SetDeadline(TimeSpan wait)
    {
        if (!_expired)
        {
            Volatile.Write(ref _deadline, _registry.Now + (long)wait.TotalMilliseconds);
        }
    }

    /// <summary>
    /// What has arrived. When nothing has, sends what was written, in one write for all of it, and waits until something comes or the wait, which
    /// covers both, is over.
    /// </summary>
    public ValueTask<Arrival> ReadAsync(TimeSpan wait) =>
        _pipe.Input.TryRead(out var result) ? new ValueTask<Arrival>(Arrived(result)) : WaitAsync(wait);

    /// <summary>Sends what was written; false when the client is gone or takes nothing any more.</summary>
    public ValueTask<bool> FlushAsync()
    {
        var flush = _pipe.Output.FlushAsync();
        return flush.IsCompletedSuccessfully ? new ValueTask<bool>(IsOpen(flush.Result)) : Slow(flush);

        static async ValueTask<bool> Slow(ValueTask<FlushResult> flush) => IsOpen(await flush.ConfigureAwait(false));
    }

    /// <summary>Shakes hands; what was read in clear text before is out of reach afterwards.</summary>
    public async ValueTask<TlsDuplexPipe> StartTlsAsync(ITlsServerSettings settings)
    {
        _tls = await TlsDuplexPipe.AuthenticateAsServerAsync(_connection.Transport, settings, _connection.ConnectionClosed).ConfigureAwait(false);
        _pipe = _tls;
        return _tls;
    }

    public async ValueTask CloseAsync()
    {
        SetDeadline(TimeSpan.FromMilliseconds(LastReplyMilliseconds));
        if (_tls is not null)
        {
            await _tls.DisposeAsync().ConfigureAwait(false);
        }

        await _connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
        await _connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsOpen(FlushResult result) => !result.IsCompleted && !result.IsCanceled;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Arrival> WaitAsync(TimeSpan wait)
    {
        SetDeadline(wait);
        return await FlushAsync().ConfigureAwait(false)
            ? Arrived(await _pipe.Input.ReadAsync().ConfigureAwait(false))
            : new Arrival(ArrivalKind.Closed, default);
    }

    private Arrival Arrived(in ReadResult result)
    {
        if (result.IsCanceled && _expired)
        {
            _pipe.Input.AdvanceTo(result.Buffer.Start);
            return new Arrival(ArrivalKind.Expired, default);
        }

        return new Arrival(result.IsCompleted ? ArrivalKind.LastData : ArrivalKind.Data, result.Buffer);
    }

    /// <summary>
    /// A session that waits for input goes on. One that waits for the client to take its replies does not: to cancel that would, a moment later, cancel
    /// the last reply instead, or meet a writer that is completed already. Such a session is cut when the last reply's time is over.
    /// </summary>
    private void WakeUp() => _pipe.Input.CancelPendingRead();
}
