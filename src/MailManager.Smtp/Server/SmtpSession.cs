using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Proxy;
using MailManager.Smtp.Replies;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MailManager.Smtp.Server;

/// <summary>
/// One connection, from its first octet to its last: the PROXY header, TLS, the greeting, then commands and messages in turn. One loop, no lock.
/// </summary>
internal sealed partial class SmtpSession : IThreadPoolWorkItem
{
    private readonly SmtpServerOptions _options;
    private readonly ISmtpService _service;
    private readonly SessionRegistry _registry;
    private readonly SessionPermit _permit;
    private readonly ILogger _logger;
    private readonly SmtpSessionInfo _info;
    private readonly SessionChannel _channel;
    private readonly long _latest;
    private ISmtpSessionHandler? _handler;
    private SmtpDialogue? _dialogue;
    private MessageReceiver? _receiver;
    private SessionPhase _phase = SessionPhase.Opening;

    public SmtpSession(
        ConnectionContext connection, SmtpServerOptions options, ISmtpService service, SessionRegistry registry, SessionPermit permit, ILogger logger)
    {
        _options = options;
        _service = service;
        _registry = registry;
        _permit = permit;
        _logger = logger;
        _channel = new SessionChannel(connection, registry);
        _info = new SmtpSessionInfo(connection.ConnectionId, Unmapped(connection.RemoteEndPoint), Unmapped(connection.LocalEndPoint)) { IsLmtp = options.IsLmtp };
        _latest = registry.Now + (long)options.Limits.SessionTime.TotalMilliseconds;
        _channel.SetDeadline(options.Limits.HandshakeTimeout);
    }

    /// <summary>The octets and the deadline.</summary>
    public SessionChannel Channel => _channel;

    /// <summary>For metrics: may be read from anywhere, and is then a moment old.</summary>
    public SessionPhase Phase => _phase;

    /// <summary>The ingress point that it belongs to.</summary>
    public string Group => _options.Group;

    /// <summary>The client, as far as it is known.</summary>
    public IPAddress Client => _info.Client.Address;

    /// <summary>Runs the session from a thread of the pool; it leaves the registry when it has ended.</summary>
    public void Execute() => _ = RunAsync();

    private static IPEndPoint Unmapped(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint plain => plain,
        _ => new IPEndPoint(IPAddress.None, 0),
    };

    private async Task RunAsync()
    {
        try
        {
            if (await OpenAsync().ConfigureAwait(false))
            {
                await ServeAsync().ConfigureAwait(false);
            }

            await _channel.FlushAsync().ConfigureAwait(false);
        }
        catch (AuthenticationException fault)
        {
            LogHandshakeFailed(_info.Id, _info.Client, _options.Group, PeerText.Escape(fault.InnerException?.Message ?? fault.Message));
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            LogConnectionLost(_info.Id, PeerText.Escape(fault.Message));
        }
        catch (Exception fault)
        {
            // A bug must cost one session, not the listener: the client hears nothing, and tries again.
            LogSessionFault(fault, _info.Id);
            await SendAnsweredAsync().ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What was answered before a fault has to be sent: a client that does not hear that a message was accepted sends it again.</summary>
    private async ValueTask SendAnsweredAsync()
    {
        try
        {
            await _channel.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or OperationCanceledException)
        {
            LogConnectionLost(_info.Id, PeerText.Escape(fault.Message));
        }
    }

    /// <summary>Everything before the first command; false: the session is over.</summary>
    private async ValueTask<bool> OpenAsync()
    {
        if (_options.ProxyFrom.Any(peers => peers.Contains(_info.Client.Address)) && !await ReadProxyHeaderAsync().ConfigureAwait(false))
        {
            return false;
        }

        if (!_permit.TryAdmit(_info.Client.Address, _options.Group, _options.MaxGroupSessions, out var refusal))
        {
            LogRefused(_info.Id, _info.Client, _options.Group, refusal.Text);
            if (!_options.IsTlsImplicit)
            {
                ReplyWriter.Write(_channel.Output, refusal);
            }

            return false;
        }

        _handler = _service.OpenSession(_info);
        _dialogue = new SmtpDialogue(_options, _info, _handler, _permit, _channel.Closed) { Output = _channel.Output };
        if (_options is { IsTlsImplicit: true, Tls: not null })
        {
            _info.IsTlsWrapped = true;
            await StartTlsAsync().ConfigureAwait(false);
        }

        return (_options.GreetingDelay == TimeSpan.Zero || await WaitForEarlyTalkerAsync().ConfigureAwait(false))
            && await ContinueAsync(_dialogue.Greet()).ConfigureAwait(false);
    }

    private async ValueTask<bool> ReadProxyHeaderAsync()
    {
        while (true)
        {
            var arrival = await _channel.ReadAsync(_options.Limits.HandshakeTimeout).ConfigureAwait(false);
            if (arrival.Kind is ArrivalKind.Expired or ArrivalKind.Closed)
            {
                return false;
            }

            var buffer = arrival.Buffer;
            var status = ProxyHeader.Read(ref buffer, out var header);
            _channel.Input.AdvanceTo(buffer.Start, status == ProxyHeaderStatus.NeedMore ? buffer.End : buffer.Start);
            switch (status)
            {
                case ProxyHeaderStatus.Done:
                    _info.Client = header.Client ?? _info.Client;
                    _info.Local = header.Local ?? _info.Local;
                    return true;
                case ProxyHeaderStatus.Invalid:
                    LogProxyHeaderInvalid(_info.Id, _info.Client);
                    return false;
                case ProxyHeaderStatus.NeedMore when arrival.Kind == ArrivalKind.LastData:
                    return false;
            }
        }
    }

    /// <summary>A mail server waits for the greeting; false: this client did not.</summary>
    private async ValueTask<bool> WaitForEarlyTalkerAsync()
    {
        using var delay = new CancellationTokenSource(_options.GreetingDelay, _registry.Time);
        await using var wakeUp = delay.Token.Register(static input => ((System.IO.Pipelines.PipeReader)input!).CancelPendingRead(), _channel.Input);
        var arrival = await _channel.ReadAsync(_options.GreetingDelay + _options.Limits.HandshakeTimeout).ConfigureAwait(false);
        if (arrival.Kind is ArrivalKind.Expired or ArrivalKind.Closed)
        {
            return false;
        }

        var isEarly = !arrival.Buffer.IsEmpty;
        _channel.Input.AdvanceTo(arrival.Buffer.Start);
        if (isEarly)
        {
            LogEarlyTalker(_info.Id, _info.Client, _options.Group);
            _dialogue!.AnswerAndClose(StandardReplies.SpokeTooEarly);
        }

        return !isEarly && arrival.Kind == ArrivalKind.Data;
    }

    private async ValueTask ServeAsync()
    {
        var dialogue = _dialogue!;
        while (true)
        {
            if (_channel.Now >= Latest(dialogue.IsInTransaction))
            {
                dialogue.AnswerAndClose(StandardReplies.SessionTooLong);
                return;
            }

            if (!dialogue.IsInTransaction && _channel.IsStopRequested)
            {
                dialogue.AnswerAndClose(StandardReplies.ShuttingDown);
                return;
            }

            _phase = dialogue.IsInTransaction ? SessionPhase.Transaction : SessionPhase.Idle;
            var arrival = await _channel.ReadAsync(TimeLeft(dialogue.IsInTransaction)).ConfigureAwait(false);
            switch (arrival.Kind)
            {
                case ArrivalKind.Expired:
                    dialogue.AnswerAndClose(_channel.Now >= Latest(dialogue.IsInTransaction) ? StandardReplies.SessionTooLong : StandardReplies.TimedOut);
                    return;
                case ArrivalKind.Closed:
                    return;
            }

            var buffer = arrival.Buffer;
            var step = dialogue.Execute(ref buffer);
            _channel.Input.AdvanceTo(buffer.Start, step == NextStep.ReadMore ? buffer.End : buffer.Start);
            if ((step == NextStep.ReadMore && arrival.Kind == ArrivalKind.LastData) || (step > NextStep.ReadMore && !await ContinueAsync(step).ConfigureAwait(false)))
            {
                return;
            }
        }
    }

    /// <summary>
    /// When the session ends, in the registry's milliseconds. A transaction that has begun gets the time of a message more, and no longer: otherwise NOOP,
    /// or chunks without an octet, would keep it, and its share of the messages under way, for ever.
    /// </summary>
    private long Latest(bool isInTransaction) => isInTransaction ? _latest + (long)_options.Limits.DataTimeout.TotalMilliseconds : _latest;

    /// <summary>A session idles no longer than it may last.</summary>
    private TimeSpan TimeLeft(bool isInTransaction) =>
        TimeSpan.FromMilliseconds(Math.Min((long)_options.Limits.IdleTimeout.TotalMilliseconds, Latest(isInTransaction) - _channel.Now));

    /// <summary>Does what a command asks for beyond its reply; false: the session is over.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ContinueAsync(NextStep step)
    {
        var dialogue = _dialogue!;
        while (true)
        {
            switch (step)
            {
                case NextStep.Wait:
                    _phase = SessionPhase.Deciding;
                    _channel.SetDeadline(_options.Limits.DataTimeout);
                    step = await dialogue.WaitAsync().ConfigureAwait(false);
                    continue;
                case NextStep.Flush:
                    _channel.SetDeadline(_options.Limits.IdleTimeout);
                    return await _channel.FlushAsync().ConfigureAwait(false);
                case NextStep.Pause:
                    _channel.SetDeadline(_options.TarpitDelay + _options.Limits.IdleTimeout);
                    await Task.Delay(_options.TarpitDelay, _registry.Time, _channel.Closed).ConfigureAwait(false);
                    return true;
                case NextStep.ReceiveData or NextStep.ReceiveChunk or NextStep.DiscardChunk:
                    _phase = SessionPhase.Data;
                    var receiver = _receiver ??= new MessageReceiver(_channel, dialogue, _handler!, _options.Limits);
                    return step == NextStep.ReceiveData
                        ? await receiver.ReceiveDataAsync().ConfigureAwait(false)
                        : await receiver.ReceiveChunkAsync(isWanted: step == NextStep.ReceiveChunk).ConfigureAwait(false);
                case NextStep.StartTls:
                    if (!await _channel.FlushAsync().ConfigureAwait(false))
                    {
                        return false;
                    }

                    await StartTlsAsync().ConfigureAwait(false);
                    return true;
                default:
                    return step != NextStep.Close;
            }
        }
    }

    private async ValueTask StartTlsAsync()
    {
        _phase = SessionPhase.Opening;
        _channel.SetDeadline(_options.Limits.HandshakeTimeout);
        var tls = await _channel.StartTlsAsync(_options.Tls!).ConfigureAwait(false);
        _dialogue!.Output = tls.Output;
        _info.TlsProtocol = tls.Protocol;
        _info.TlsCipherSuite = tls.CipherSuite.ToString();
        _info.ClientCertificate = tls.RemoteCertificate;
        _info.ChannelBinding = _options.Authenticator is null ? null : tls.CreateServerEndPointBinding();
        _dialogue.Restart();
    }

    private async ValueTask CloseAsync()
    {
        _phase = SessionPhase.Closing;
        try
        {
            _dialogue?.ResetTransaction();
            await _channel.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            LogConnectionLost(_info.Id, PeerText.Escape(fault.Message));
        }
        finally
        {
            _handler?.Close();
            _permit.Dispose();
            _registry.Remove(this);
        }
    }

    [LoggerMessage(1001, LogLevel.Debug, "Session {SessionId}: connection lost: {Reason}")]
    private partial void LogConnectionLost(string sessionId, string reason);

    [LoggerMessage(1002, LogLevel.Error, "Session {SessionId}: unexpected fault, connection closed")]
    private partial void LogSessionFault(Exception fault, string sessionId);

    [LoggerMessage(1003, LogLevel.Information, "Session {SessionId}: {Client} refused at {IngressPoint}: {Reason}")]
    private partial void LogRefused(string sessionId, IPEndPoint client, string ingressPoint, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "Session {SessionId}: load balancer {Client} sent no valid PROXY header, connection cut")]
    private partial void LogProxyHeaderInvalid(string sessionId, IPEndPoint client);

    [LoggerMessage(1005, LogLevel.Information, "Session {SessionId}: {Client} spoke before the greeting at {IngressPoint}, refused")]
    private partial void LogEarlyTalker(string sessionId, IPEndPoint client, string ingressPoint);

    [LoggerMessage(1006, LogLevel.Information, "Session {SessionId}: TLS handshake with {Client} failed at {IngressPoint}: {Reason}")]
    private partial void LogHandshakeFailed(string sessionId, IPEndPoint client, string ingressPoint, string reason);
}
