using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>Keeps what all parts log.</summary>
internal sealed class EventRecorder : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _events = new();

    /// <summary>Texts of the events of that id, in order.</summary>
    public string[] Texts(int id) => [.. _events.Where(entry => entry.Id == id).Select(entry => entry.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }
}
