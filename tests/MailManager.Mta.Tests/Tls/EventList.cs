using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tests.Tls;

/// <summary>Keeps log events as <c>id text</c>.</summary>
internal sealed class EventList : ILogger
{
    public ConcurrentQueue<string> Events { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Events.Enqueue($"{eventId.Id} {formatter(state, exception)}");
}
