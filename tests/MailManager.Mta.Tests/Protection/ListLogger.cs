using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tests.Protection;

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger<T> : ILogger<T>
{
    public ConcurrentQueue<(int Id, string Text)> Events { get; } = new();

    public int Count(int id) => Events.Count(entry => entry.Id == id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Events.Enqueue((eventId.Id, formatter(state, exception)));
}
