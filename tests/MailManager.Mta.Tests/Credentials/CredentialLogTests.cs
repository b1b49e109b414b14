using MailManager.Mta.Credentials;
using MailManager.Smtp.Sasl;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tests.Credentials;

public class CredentialLogTests
{
    [Fact]
    public void Success_is_one_event()
    {
        var logger = new ListLogger();
        new CredentialLog(logger, "public-mx").Succeeded("printer", "PLAIN", ScramPasswordState.Previous, LoginRecorder.Peer);

        Assert.Equal(["2100 Authenticated printer at public-mx mechanism=PLAIN password=Previous client=192.0.2.1 session=S1"], logger.Events);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("a\\b", @"a\\b")]
    [InlineData("a\r\n\u001b[31m\u202e", @"a\u000D\u000A\u001B[31m\u202E")]
    public void Failure_is_one_event_with_the_name_escaped(string? userName, string shown)
    {
        var logger = new ListLogger();
        new CredentialLog(logger, "public-mx").Failed(userName, "LOGIN", SaslFailure.UnknownUser, LoginRecorder.Peer);

        Assert.Equal([$"2101 Authentication failed at public-mx user=<{shown}> mechanism=LOGIN reason=UnknownUser client=192.0.2.1 session=S1"], logger.Events);
    }

    [Fact]
    public void Long_name_is_cut()
    {
        var logger = new ListLogger();
        new CredentialLog(logger, "public-mx").Failed(new string('x', 255), "LOGIN", SaslFailure.UnknownUser, LoginRecorder.Peer);

        Assert.Contains($"<{new string('x', 64)}>", Assert.Single(logger.Events));
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Events { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Events.Add($"{eventId.Id} {formatter(state, exception)}");
    }
}
