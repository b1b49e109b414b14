using System.Net;
using System.Net.Sockets;
using MailManager.Smtp.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailManager.Smtp.Server;

/// <summary>
/// Listens on any number of addresses, each with its own options and service, and serves their sessions. Listeners can be added and stopped while it
/// runs. Thread-safe.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private readonly IConnectionListenerFactory _transport;
    private readonly SessionRegistry _registry;
    private readonly SessionMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<SmtpListener> _listeners = [];

    /// <param name="limits">Of the server as a whole.</param>
    /// <param name="transport">Kestrel's socket transport (<see cref="CreateSocketTransport"/>), or one in memory for tests.</param>
    public SmtpServer(IConnectionListenerFactory transport, SessionGovernorOptions limits, TimeProvider time, ILoggerFactory loggers)
    {
        _transport = transport;
        _registry = new SessionRegistry(time);
        Governor = new SessionGovernor(limits, time);
        _metrics = new SessionMetrics(_registry, Governor);
        _logger = loggers.CreateLogger<SmtpServer>();
    }

    /// <summary>Admits sessions and messages.</summary>
    public SessionGovernor Governor { get; }

    /// <summary>Sessions that are open now.</summary>
    public int OpenSessions => Governor.Sessions;

    /// <summary>
    /// Kestrel's socket transport as this server uses it: no delay, memory for a connection only once data is there, and bounded buffers, so that a
    /// client that does not read its replies stops being read.
    /// </summary>
    public static IConnectionListenerFactory CreateSocketTransport(ILoggerFactory loggers) =>
        new SocketTransportFactory(
            Options.Create(new SocketTransportOptions
            {
                Backlog = 1024,
                MaxReadBufferSize = 256 * 1024,
                MaxWriteBufferSize = 64 * 1024,
                NoDelay = true,
                UnsafePreferInlineScheduling = true,
                WaitForDataBeforeAllocatingBuffer = false,
            }),
            loggers);

    /// <summary>Binds an address. Throws <see cref="IOException"/> when it is in use or not ours.</summary>
    public async Task<SmtpListener> BindAsync(IPEndPoint endPoint, SmtpServerOptions options, ISmtpService service, CancellationToken cancellationToken = default)
    {
        IConnectionListener bound;
        try
        {
            bound = await _transport.BindAsync(endPoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is AddressInUseException or SocketException)
        {
            throw new IOException($"{endPoint} cannot be bound: {fault.Message}", fault);
        }

        var listener = new SmtpListener(bound, options, service, _registry, Governor, _logger);
        lock (_lock)
        {
            _listeners.Add(listener);
        }

        listener.Start();
        return listener;
    }

    /// <summary>
    /// Stops listening, lets transactions that run end within <paramref name="grace"/>, ends all other sessions with 421, and returns when every
    /// session is closed.
    /// </summary>
    public async Task StopAsync(TimeSpan grace)
    {
        SmtpListener[] listeners;
        lock (_lock)
        {
            listeners = [.. _listeners];
            _listeners.Clear();
        }

        foreach (var listener in listeners)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        await _registry.StopAsync(grace).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        await _registry.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        Governor.Dispose();
    }
}
