using System.Net;
using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Smtp.Tests.Server;

/// <summary>A server on a loopback port with a recording service.</summary>
internal sealed class ServerFixture : IAsyncDisposable
{
    private readonly SmtpServer _server;

    private ServerFixture(SmtpServer server, SmtpListener listener, RecordingService service)
    {
        _server = server;
        EndPoint = listener.EndPoint;
        Service = service;
    }

    public IPEndPoint EndPoint { get; }

    public RecordingService Service { get; }

    public SmtpServer Server => _server;

    public static async Task<ServerFixture> StartAsync(
        RecordingService? service = null, bool tls = true, bool requireTls = false, int maxErrors = 20, int maxRecipients = 100, int maxSessions = 100, TimeProvider? time = null)
    {
        service ??= new RecordingService();
        var loggers = NullLoggerFactory.Instance;
        var server = new SmtpServer(SmtpServer.CreateSocketTransport(loggers), time ?? TimeProvider.System, loggers);
        var options = new SmtpServerOptions
        {
            Hostname = "mx.example",
            RequireTls = requireTls,
            MaxErrors = maxErrors,
            MaxRecipients = maxRecipients,
            MaxSessions = maxSessions,
            Tls = tls ? new TestTls(TestCertificates.CreateSelfSigned("mx.example")) : null,
        };
        return new ServerFixture(server, await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), options, service), service);
    }

    public Task<RawSmtpClient> ConnectAsync() => RawSmtpClient.ConnectAsync(EndPoint);

    public Task<RawSmtpClient> GreetAsync() => RawSmtpClient.GreetAsync(EndPoint);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
