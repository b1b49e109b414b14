using System.Net;
using System.Net.Sockets;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Sink;

/// <summary>Accepts connections and runs a <see cref="SinkSession"/> for each until stopped.</summary>
internal sealed class SinkServer : IDisposable
{
    private const int Backlog = 1024;
    private readonly SinkOptions _options;
    private readonly SinkTotals _totals;
    private readonly Socket _listener;
    private readonly Watchdog _watchdog;

    public SinkServer(SinkOptions options, SinkTotals totals)
    {
        _options = options;
        _totals = totals;
        _watchdog = new Watchdog(options.Timeout);
        _listener = Loopback.CreateSocket(options.Listen);
        _listener.Bind(options.Listen);
        _listener.Listen(Backlog);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Ends when <see cref="Dispose"/> closes the listener.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            _totals.CountSession();
            _ = ServeAsync(new Transport(socket, _watchdog));
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _watchdog.ExpireAll();
        _watchdog.Dispose();
    }

    private async Task ServeAsync(Transport transport)
    {
        using (transport)
        {
            using var session = new SinkSession(transport, _options, _totals);
            try
            {
                await session.RunAsync().ConfigureAwait(false);
            }
            catch (TransportException)
            {
                // The client went away or kept silent: nothing is owed to it.
            }
        }
    }
}
