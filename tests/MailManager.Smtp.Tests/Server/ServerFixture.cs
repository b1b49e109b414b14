using System.Net;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Smtp.Tests.Server;

/// <summary>How a client's octets reach the server.</summary>
public enum Wire
{
    /// <summary>Over a loopback socket, in as few pieces as the client sends.</summary>
    Socket,

    /// <summary>In memory: what is sent at once arrives at once.</summary>
    Memory,

    /// <summary>In memory, the server reads one octet at a time; under TLS each is a record of its own too.</summary>
    OctetByOctet,
}

/// <summary>A server with a recording service, on a loopback port or in memory.</summary>
internal sealed class ServerFixture : IAsyncDisposable
{
    private readonly SmtpServer _server;
    private readonly MemoryTransport? _memory;
    private readonly SmtpListener _listener;
    private readonly int? _pieceLength;

    private ServerFixture(SmtpServer server, MemoryTransport? memory, SmtpListener listener, RecordingService service, int? pieceLength)
    {
        _server = server;
        _memory = memory;
        _listener = listener;
        Service = service;
        _pieceLength = pieceLength;
    }

    public IPEndPoint EndPoint => _listener.EndPoint;

    public RecordingService Service { get; }

    public SmtpServer Server => _server;

    /// <param name="service">Null: one that takes everything.</param>
    /// <param name="configure">Changes the defaults: name mx.example, a certificate of that name.</param>
    /// <param name="limits">Null: the server's defaults.</param>
    public static async Task<ServerFixture> StartAsync(
        RecordingService? service = null,
        Func<SmtpServerOptions, SmtpServerOptions>? configure = null,
        SessionGovernorOptions? limits = null,
        TimeProvider? time = null,
        Wire wire = Wire.Socket)
    {
        service ??= new RecordingService();
        var loggers = NullLoggerFactory.Instance;
        var memory = wire == Wire.Socket ? null : new MemoryTransport();
        var server = new SmtpServer(memory ?? SmtpServer.CreateSocketTransport(loggers), limits ?? new SessionGovernorOptions(), time ?? TimeProvider.System, loggers);
        var options = new SmtpServerOptions { Hostname = "mx.example", Group = "front-door", Tls = new TestTls(TestCertificates.CreateSelfSigned("mx.example")) };
        var listener = await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), configure?.Invoke(options) ?? options, service);
        return new ServerFixture(server, memory, listener, service, wire == Wire.OctetByOctet ? 1 : null);
    }

    public Task<RawSmtpClient> ConnectAsync() =>
        _memory is null ? RawSmtpClient.ConnectAsync(EndPoint) : Task.FromResult(Connect(watch: null));

    /// <summary>Connects in memory.</summary>
    public RawSmtpClient Connect(PipeWatch? watch) =>
        RawSmtpClient.Over(_memory!.Connect(IPAddress.Loopback, watch, _pieceLength), _pieceLength ?? int.MaxValue);

    /// <summary>Connects, takes the greeting and says EHLO.</summary>
    public async Task<RawSmtpClient> GreetAsync()
    {
        var client = await ConnectAsync();
        await client.ReadReplyAsync();
        await client.CommandAsync("EHLO client.example");
        return client;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
