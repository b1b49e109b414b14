using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.QuickStart;

/// <summary>The quick start's catcher, listening.</summary>
internal sealed partial class CatcherServer : IAsyncDisposable
{
    private readonly SmtpServer _server;

    private CatcherServer(SmtpServer server)
    {
        _server = server;
    }

    /// <summary>Throws <see cref="IOException"/> when the port is taken.</summary>
    public static async Task<CatcherServer> StartAsync(string dataDirectory, ILoggerFactory loggers)
    {
        var directory = Path.Combine(dataDirectory, "caught");
        Directory.CreateDirectory(directory);
        var server = new SmtpServer(SmtpServer.CreateSocketTransport(loggers), new SessionGovernorOptions(), TimeProvider.System, loggers);
        try
        {
            var catcher = new Catcher(directory, TimeProvider.System, loggers.CreateLogger<Catcher>());
            var listener = await server.BindAsync(Catcher.EndPoint, new SmtpServerOptions { Hostname = "catcher.invalid", Group = "catcher" }, catcher).ConfigureAwait(false);
            LogListening(loggers.CreateLogger<CatcherServer>(), listener.EndPoint, directory);
            return new CatcherServer(server);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [LoggerMessage(6003, LogLevel.Information, "Quick start: a catcher on {EndPoint} stands in for your mail server and writes what it gets to {Directory}")]
    private static partial void LogListening(ILogger logger, System.Net.IPEndPoint endPoint, string directory);
}
