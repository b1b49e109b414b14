using System.Net;
using System.Net.Sockets;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MailManager.Smtp.Server;

/// <summary>One bound address. Disposing it stops listening; sessions that are open go on.</summary>
public sealed partial class SmtpListener : IAsyncDisposable
{
    /// <summary>Pause after a failed accept, such as for want of file descriptors, so that the loop does not spin.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly IConnectionListener _listener;
    private readonly SmtpServerOptions _options;
    private readonly ISmtpService _service;
    private readonly SessionRegistry _registry;
    private readonly SessionGovernor _governor;
    private readonly ILogger _logger;
    private Task _loop = Task.CompletedTask;

    internal SmtpListener(IConnectionListener listener, SmtpServerOptions options, ISmtpService service, SessionRegistry registry, SessionGovernor governor, ILogger logger)
    {
        _listener = listener;
        _options = options;
        _service = service;
        _registry = registry;
        _governor = governor;
        _logger = logger;
    }

    /// <summary>The bound address, with the port that the system chose when 0 was asked for.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.EndPoint;

    public async ValueTask DisposeAsync()
    {
        await _listener.UnbindAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
    }

    internal void Start() => _loop = AcceptAsync();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var connection = await _listener.AcceptAsync().ConfigureAwait(false);
                if (connection is null)
                {
                    return;
                }

                await StartAsync(connection).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is SocketException or IOException)
            {
                LogAcceptFailed(EndPoint, fault.Message);
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask StartAsync(ConnectionContext connection)
    {
        if (!_governor.TryReserve(out var permit, out var refusal))
        {
            await RefuseAsync(connection, refusal).ConfigureAwait(false);
            return;
        }

        try
        {
            var session = new SmtpSession(connection, _options, _service, _registry, permit, _logger);
            _registry.Add(session);
            ThreadPool.UnsafeQueueUserWorkItem(session, preferLocal: false);
        }
        catch (Exception fault)
        {
            // A fault must cost one session, not the listener.
            LogSessionRefused(fault, EndPoint);
            permit.Dispose();
            await CloseAsync(connection).ConfigureAwait(false);
        }
    }

    /// <summary>The reply fits what the system buffers for a new connection, so that no client can hold up the others.</summary>
    private async ValueTask RefuseAsync(ConnectionContext connection, SmtpReply refusal)
    {
        LogShed(EndPoint, refusal.Text);
        if (!_options.IsTlsImplicit)
        {
            ReplyWriter.Write(connection.Transport.Output, refusal);
            await connection.Transport.Output.FlushAsync().ConfigureAwait(false);
        }

        await CloseAsync(connection).ConfigureAwait(false);
    }

    private static async ValueTask CloseAsync(ConnectionContext connection)
    {
        await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
        await connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(1010, LogLevel.Warning, "Listener {EndPoint}: accepting a connection failed: {Reason}")]
    private partial void LogAcceptFailed(IPEndPoint endPoint, string reason);

    [LoggerMessage(1011, LogLevel.Error, "Listener {EndPoint}: a session could not be opened")]
    private partial void LogSessionRefused(Exception fault, IPEndPoint endPoint);

    [LoggerMessage(1012, LogLevel.Debug, "Listener {EndPoint}: connection shed: {Reason}")]
    private partial void LogShed(IPEndPoint endPoint, string reason);
}
