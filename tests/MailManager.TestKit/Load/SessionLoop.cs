using System.IO.Pipelines;
using System.Net;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.TestKit.Load;

/// <summary>A server in memory, of one service, and one client with a session that is kept: what a transaction costs without a socket.</summary>
public sealed class SessionLoop : IAsyncDisposable
{
    /// <summary>Octets of a message.</summary>
    public const int ContentLength = 10 * 1024;

    private readonly SmtpServer _server;
    private readonly PipelinedClient _client;

    private SessionLoop(SmtpServer server, PipelinedClient client)
    {
        _server = server;
        _client = client;
    }

    /// <summary>Starts the server and opens the session.</summary>
    public static async Task<SessionLoop> StartAsync(ISmtpService service)
    {
        // Inline, as the server's socket transport schedules; and no octet waits for another message to be read.
        var transport = new MemoryTransport(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var server = new SmtpServer(transport, new SessionGovernorOptions { RecipientsPerMinute = int.MaxValue }, TimeProvider.System, NullLoggerFactory.Instance);
        var options = new SmtpServerOptions { Hostname = "mx.example", Limits = new SessionLimits { Transactions = int.MaxValue } };
        await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 25), options, service);
        var client = new PipelinedClient(transport.Connect(), ContentLength);
        await client.OpenAsync();
        return new SessionLoop(server, client);
    }

    /// <summary>Sends messages and waits for the reply to each.</summary>
    public Task SendAsync(int messages) => _client.SendAsync(messages);

    public async ValueTask DisposeAsync()
    {
        await _client.CloseAsync();
        await _server.StopAsync(TimeSpan.FromSeconds(10));
        await _server.DisposeAsync();
    }
}
