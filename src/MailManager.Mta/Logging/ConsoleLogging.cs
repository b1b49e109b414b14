using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Logging;

/// <summary>Logs on standard output, one line an event, for a terminal and for the journal alike.</summary>
internal static class ConsoleLogging
{
    /// <summary>Disposing the factory writes what is pending.</summary>
    public static ILoggerFactory Create() => LoggerFactory.Create(static logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.Services.AddSingleton<ILoggerProvider>(static _ => new LineLoggerProvider(Console.OpenStandardOutput(), TimeProvider.System));
    });
}
