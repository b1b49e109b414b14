using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Tls;
using Microsoft.AspNetCore.Connections;

namespace MailManager.Smtp.Client;

/// <summary>
/// One connection to a server and the session on it: <see cref="OpenAsync"/> once, then messages one after the other, then
/// <see cref="QuitAsync"/>. After a failed open, or a result that says so, it can only be disposed. Used by one caller at a time;
/// <see cref="Abort"/> from any thread.
/// </summary>
public sealed class SmtpClientConnection : IAsyncDisposable
{
    private readonly ConnectionContext _transport;
    private readonly DeadlineClock _clock;
    private readonly ReplyParser _replies = new();
    private PipeReader _input;
    private IDialogueObserver? _observer;
    private TlsDuplexPipe? _tls;
    private long _deadline = long.MaxValue;
    private long _waitingSince;
    private volatile bool _isTimedOut;

    internal SmtpClientConnection(ConnectionContext transport, EndPoint remoteEndPoint, DeadlineClock clock)
    {
        _transport = transport;
        _clock = clock;
        _input = transport.Transport.Input;
        Output = transport.Transport.Output;
        RemoteEndPoint = remoteEndPoint;
        clock.Add(this);
    }

    public EndPoint RemoteEndPoint { get; }

    /// <summary>Our end of it; null: not known.</summary>
    public EndPoint? LocalEndPoint => _transport.LocalEndPoint;

    /// <summary>The negotiated TLS version; <see cref="SslProtocols.None"/>: clear text.</summary>
    public SslProtocols TlsProtocol => _tls?.Protocol ?? SslProtocols.None;

    /// <summary>Under TLS with a certificate that was checked: chain and name.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>What the last EHLO reply offered.</summary>
    public ServerCapabilities Capabilities { get; internal set; } = ServerCapabilities.None;

    /// <summary>Transactions that were begun on it.</summary>
    public int Transactions { get; private set; }

    /// <summary>
    /// Time since it last began to wait for the server. Right after a transaction, that is how long the server took for its last reply: to the message as
    /// a whole, if it came so far.
    /// </summary>
    public TimeSpan WaitedFor => _clock.Time.GetElapsedTime(_waitingSince);

    /// <summary>The server takes no further transaction in this session (RFC 9422 MAILMAX).</summary>
    public bool IsUsedUp => Capabilities.MaxTransactions > 0 && Transactions >= Capabilities.MaxTransactions;

    /// <summary>Name of the server, from the settings.</summary>
    public string ServerName { get; private set; } = string.Empty;

    /// <summary>The last transaction did not end by itself, so that the next one starts with RSET.</summary>
    internal bool NeedsReset { get; set; }

    /// <summary>The server speaks LMTP (RFC 2033).</summary>
    internal bool IsLmtp { get; private set; }

    /// <summary>It was lost, or ended from here.</summary>
    internal CancellationToken Closed => _transport.ConnectionClosed;

    internal SmtpClientTimeouts Timeouts { get; private set; } = new();

    /// <summary>Where commands are written; the next <see cref="ReadReplyAsync"/> flushes them, all in one.</summary>
    internal PipeWriter Output { get; private set; }

    /// <summary>Greeting, EHLO or LHLO, TLS and AUTH as the settings say. Null: ready for messages.</summary>
    public ValueTask<SmtpFailure?> OpenAsync(SmtpClientSettings settings)
    {
        Timeouts = settings.Timeouts;
        ServerName = settings.ServerName;
        IsLmtp = settings.Protocol == SmtpClientProtocol.Lmtp;
        _observer = settings.Observer;
        Output = Observed(Output);
        return SessionOpening.RunAsync(this, settings);
    }

    /// <summary>One mail transaction.</summary>
    public ValueTask<SmtpTransactionResult> SendAsync(OutgoingMessage message)
    {
        Transactions++;
        return SmtpTransaction.RunAsync(this, message);
    }

    /// <summary>
    /// The peer has closed the connection, or has said something unasked (a 421 before it closes), since the last transaction.
    /// </summary>
    public bool IsStale()
    {
        if (_transport.ConnectionClosed.IsCancellationRequested)
        {
            return true;
        }

        try
        {
            if (!_input.TryRead(out var result))
            {
                return false;
            }

            _input.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
            return result.IsCompleted || !result.Buffer.IsEmpty;
        }
        catch (Exception fault) when (IsConnectionFault(fault))
        {
            return true;
        }
    }

    /// <summary>Says QUIT, waits briefly for the answer and closes.</summary>
    public async ValueTask QuitAsync()
    {
        CommandWriter.Write(Output, "QUIT\r\n"u8);
        await ReadReplyAsync(Timeouts.Quit).ConfigureAwait(false);
        await CloseAsync(Timeouts.Quit).ConfigureAwait(false);
    }

    /// <summary>Ends the connection now; a pending call returns with a failure.</summary>
    public void Abort() => _transport.Abort(new ConnectionAbortedException());

    /// <summary>Closes without ceremony. What was written and not flushed is not sent.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort();
        await CloseAsync(Timeouts.Quit).ConfigureAwait(false);
    }

    /// <summary>Sends what was written. False when the connection is lost or too slow.</summary>
    internal async ValueTask<ReplyFault> FlushAsync(TimeSpan limit)
    {
        SetDeadline(limit);
        try
        {
            var result = await Output.FlushAsync().ConfigureAwait(false);
            return result.IsCompleted || result.IsCanceled ? ClosedOrTimedOut : ReplyFault.None;
        }
        catch (Exception fault) when (IsConnectionFault(fault))
        {
            return ClosedOrTimedOut;
        }
        finally
        {
            ClearDeadline();
        }
    }

    /// <summary>Sends what was written and reads the next reply, all within <paramref name="limit"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<ReplyRead> ReadReplyAsync(TimeSpan limit)
    {
        SetDeadline(limit);
        try
        {
            if (!Output.CanGetUnflushedBytes || Output.UnflushedBytes > 0)
            {
                // Whether the peer still takes it shows in the reading: it may have said why before it closed.
                await Output.FlushAsync().ConfigureAwait(false);
            }

            while (true)
            {
                var result = await _input.ReadAsync().ConfigureAwait(false);
                var status = _replies.Read(result.Buffer, out var consumed, out var reply);
                _input.AdvanceTo(consumed, status == ReplyStatus.NeedMore ? result.Buffer.End : consumed);
                if (status != ReplyStatus.NeedMore)
                {
                    if (status == ReplyStatus.Done)
                    {
                        _observer?.Received(reply);
                    }

                    return new ReplyRead(reply, status == ReplyStatus.Done ? ReplyFault.None : ReplyFault.Invalid);
                }

                if (result.IsCompleted || result.IsCanceled)
                {
                    return new ReplyRead(default, ClosedOrTimedOut);
                }
            }
        }
        catch (Exception fault) when (IsConnectionFault(fault))
        {
            return new ReplyRead(default, ClosedOrTimedOut);
        }
        finally
        {
            ClearDeadline();
        }
    }

    /// <summary>Octets have arrived that no reply has consumed.</summary>
    internal bool HasBufferedInput()
    {
        if (!_input.TryRead(out var result))
        {
            return false;
        }

        _input.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        return !result.Buffer.IsEmpty;
    }

    /// <summary>TLS over this connection; what was negotiated before counts no more.</summary>
    internal async ValueTask<SmtpFailure?> SecureAsync(SmtpClientSettings settings)
    {
        SetDeadline(settings.Timeouts.Hello);
        var tls = new ClientTlsOptions(settings);
        try
        {
            _tls = await TlsDuplexPipe.AuthenticateAsClientAsync(_transport.Transport, tls.Create(), CancellationToken.None).ConfigureAwait(false);
            _input = _tls.Input;
            Output = Observed(_tls.Output);
            _observer?.Secured(_tls.Protocol, _tls.CipherSuite);
            Capabilities = ServerCapabilities.None;
            IsVerified = settings.Tls is SmtpClientTls.Required or SmtpClientTls.Implicit;
            return null;
        }
        catch (AuthenticationException fault)
        {
            var reason = $"TLS: {PeerText.Escape(tls.Refusal ?? fault.Message)}";
            return settings.NeedsRequireTls
                ? SessionOpening.NoTls($"REQUIRETLS: {reason}")
                : new SmtpFailure(SmtpParty.Peer, SmtpPhase.TlsHandshake, default, reason);
        }
        catch (Exception fault) when (IsConnectionFault(fault))
        {
            return SmtpFailure.Fault(SmtpPhase.TlsHandshake, ClosedOrTimedOut);
        }
        finally
        {
            ClearDeadline();
        }
    }

    /// <summary>Called by the clock.</summary>
    internal void EndIfOverdue(long now)
    {
        if (now >= Volatile.Read(ref _deadline))
        {
            _isTimedOut = true;
            Abort();
        }
    }

    private async ValueTask CloseAsync(TimeSpan limit)
    {
        SetDeadline(limit);
        try
        {
            if (_tls is not null)
            {
                await _tls.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (IsConnectionFault(fault))
        {
            // It is gone, which is what is wanted.
        }

        await _transport.DisposeAsync().ConfigureAwait(false);
        _clock.Remove(this);
    }

    private PipeWriter Observed(PipeWriter output) => _observer is null ? output : new ObservedWriter(output, _observer);

    private ReplyFault ClosedOrTimedOut => _isTimedOut ? ReplyFault.TimedOut : ReplyFault.Closed;

    private void SetDeadline(TimeSpan limit)
    {
        _waitingSince = _clock.Time.GetTimestamp();
        Volatile.Write(ref _deadline, _waitingSince + (long)(limit.TotalSeconds * _clock.Time.TimestampFrequency));
    }

    private void ClearDeadline() => Volatile.Write(ref _deadline, long.MaxValue);

    private static bool IsConnectionFault(Exception fault) =>
        fault is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException;
}

/// <summary>A reply, or why there is none.</summary>
internal readonly record struct ReplyRead(SmtpReply Reply, ReplyFault Fault)
{
    public bool IsReply => Fault == ReplyFault.None;
}
