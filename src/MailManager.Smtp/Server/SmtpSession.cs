using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MailManager.Smtp.Server;

/// <summary>
/// One connection: moves octets between the pipe, the <see cref="SmtpDialogue"/> and the message sink. One loop, no lock; only
/// <see cref="CheckDeadline"/> and <see cref="RequestStop"/> are called from outside of it.
/// </summary>
internal sealed partial class SmtpSession : IThreadPoolWorkItem
{
    /// <summary>What an expired session gets to take its last reply before the connection is cut, in milliseconds.</summary>
    private const long LastReplyMilliseconds = 10_000;

    private readonly ConnectionContext _connection;
    private readonly SmtpServerOptions _options;
    private readonly SmtpSessionInfo _info;
    private readonly ISmtpSessionHandler _handler;
    private readonly SmtpDialogue _dialogue;
    private readonly SessionRegistry _registry;
    private readonly ILogger _logger;
    private IDuplexPipe _pipe;
    private TlsDuplexPipe? _tls;
    private long _deadline;
    private volatile bool _expired;
    private volatile bool _stopRequested;

    public SmtpSession(ConnectionContext connection, SmtpServerOptions options, ISmtpService service, SessionRegistry registry, ILogger logger)
    {
        _connection = connection;
        _pipe = connection.Transport;
        _options = options;
        _registry = registry;
        _logger = logger;
        _info = new SmtpSessionInfo(connection.ConnectionId, Unmapped(connection.RemoteEndPoint), Unmapped(connection.LocalEndPoint));
        _handler = service.OpenSession(_info);
        _dialogue = new SmtpDialogue(options, _info, _handler) { Output = _pipe.Output };
        SetDeadline(options.IdleTimeout);
    }

    /// <summary>Runs the session from a thread of the pool; it leaves the registry when it has ended.</summary>
    public void Execute() => _ = RunAsync();

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
    public void Abort() => _connection.Abort(new ConnectionAbortedException("The server is stopping."));

    private static IPEndPoint Unmapped(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint plain => plain,
        _ => new IPEndPoint(IPAddress.None, 0),
    };

    private void WakeUp()
    {
        _pipe.Input.CancelPendingRead();
        if (_expired)
        {
            _pipe.Output.CancelPendingFlush();
        }
    }

    private void SetDeadline(TimeSpan wait)
    {
        if (!_expired)
        {
            Volatile.Write(ref _deadline, _registry.Now + (long)wait.TotalMilliseconds);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            if (_dialogue.Greet() == NextStep.Continue)
            {
                await ServeAsync().ConfigureAwait(false);
            }

            await FlushAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or AuthenticationException)
        {
            LogConnectionLost(_info.Id, fault.Message);
        }
        catch (Exception fault)
        {
            // A bug must cost one session, not the listener: the client hears nothing, and tries again.
            LogSessionFault(fault, _info.Id);
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            if (_stopRequested && !_dialogue.IsInTransaction)
            {
                _dialogue.AnswerAndClose(StandardReplies.ShuttingDown);
                return;
            }

            var input = _pipe.Input;
            if (!input.TryRead(out var result))
            {
                // Everything that had arrived is answered: one write for all of it, then wait. The deadline covers both.
                SetDeadline(_options.IdleTimeout);
                if (!await FlushAsync().ConfigureAwait(false))
                {
                    return;
                }

                result = await input.ReadAsync().ConfigureAwait(false);
            }

            if (result.IsCanceled && _expired)
            {
                input.AdvanceTo(result.Buffer.Start);
                _dialogue.AnswerAndClose(StandardReplies.TimedOut);
                return;
            }

            var buffer = result.Buffer;
            var step = _dialogue.Execute(ref buffer);
            input.AdvanceTo(buffer.Start, step == NextStep.ReadMore ? buffer.End : buffer.Start);
            switch (step)
            {
                case NextStep.ReceiveData when !await ReceiveDataAsync().ConfigureAwait(false):
                case NextStep.StartTls when !await StartTlsAsync().ConfigureAwait(false):
                case NextStep.ReadMore when result.IsCompleted:
                case NextStep.Close:
                    return;
            }
        }
    }

    /// <summary>Reads the data phase to its end and answers it; false: the session is over.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveDataAsync()
    {
        var input = _pipe.Input;
        var scanner = new DataScanner(_handler.MaxMessageSize);
        var latest = _registry.Now + (long)_options.DataTimeout.TotalMilliseconds;
        while (true)
        {
            if (!input.TryRead(out var result))
            {
                SetDeadline(TimeSpan.FromMilliseconds(Math.Min(_options.IdleTimeout.TotalMilliseconds, latest - _registry.Now)));
                if (!await FlushAsync().ConfigureAwait(false))
                {
                    return false;
                }

                result = await input.ReadAsync().ConfigureAwait(false);
            }

            if (result.IsCanceled && _expired)
            {
                input.AdvanceTo(result.Buffer.Start);
                _dialogue.AnswerAndClose(StandardReplies.TimedOut);
                return false;
            }

            var ended = Scan(result.Buffer, ref scanner, out var consumed);
            input.AdvanceTo(consumed);
            if (ended)
            {
                break;
            }

            if (result.IsCompleted)
            {
                return false;
            }
        }

        // However long storage takes, the client's idle time starts after it.
        SetDeadline(_options.DataTimeout);
        var reply = await _handler.EndDataAsync(scanner.Faults, _connection.ConnectionClosed).ConfigureAwait(false);
        return _dialogue.EndData(reply) == NextStep.Continue;
    }

    private bool Scan(in ReadOnlySequence<byte> buffer, ref DataScanner scanner, out SequencePosition consumed)
    {
        var sink = _dialogue.Sink!;
        var position = 0L;
        foreach (var segment in buffer)
        {
            var ended = scanner.Scan(segment.Span, sink, out var used);
            position += used;
            if (ended)
            {
                consumed = buffer.GetPosition(position);
                return true;
            }
        }

        consumed = buffer.End;
        return false;
    }

    private async ValueTask<bool> StartTlsAsync()
    {
        SetDeadline(_options.HandshakeTimeout);
        if (!await FlushAsync().ConfigureAwait(false))
        {
            return false;
        }

        _tls = await TlsDuplexPipe.AuthenticateAsServerAsync(_connection.Transport, _options.Tls!, _connection.ConnectionClosed).ConfigureAwait(false);
        _pipe = _tls;
        _dialogue.Output = _tls.Output;
        _info.TlsProtocol = _tls.Protocol;
        _info.TlsCipherSuite = _tls.CipherSuite.ToString();
        _dialogue.Restart();
        return true;
    }

    /// <summary>Sends what was written; false when the client is gone or takes nothing any more.</summary>
    private ValueTask<bool> FlushAsync()
    {
        var flush = _pipe.Output.FlushAsync();
        return flush.IsCompletedSuccessfully ? new ValueTask<bool>(IsOpen(flush.Result)) : Slow(flush);

        static bool IsOpen(FlushResult result) => !result.IsCompleted && !result.IsCanceled;

        static async ValueTask<bool> Slow(ValueTask<FlushResult> flush) => IsOpen(await flush.ConfigureAwait(false));
    }

    private async ValueTask CloseAsync()
    {
        SetDeadline(TimeSpan.FromMilliseconds(LastReplyMilliseconds));
        try
        {
            _dialogue.ResetTransaction();
            if (_tls is not null)
            {
                await _tls.DisposeAsync().ConfigureAwait(false);
            }

            await _connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
            await _connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            LogConnectionLost(_info.Id, fault.Message);
        }
        finally
        {
            _handler.Close();
            _registry.Remove(this);
        }
    }

    [LoggerMessage(1001, LogLevel.Debug, "Session {SessionId}: connection lost: {Reason}")]
    private partial void LogConnectionLost(string sessionId, string reason);

    [LoggerMessage(1002, LogLevel.Error, "Session {SessionId}: unexpected fault, connection closed")]
    private partial void LogSessionFault(Exception fault, string sessionId);
}
