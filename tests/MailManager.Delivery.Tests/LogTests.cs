using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task Each_attempt_is_one_event_with_the_message_id_and_the_escaped_reply()
    {
        var log = new ListLogger();
        await using var fixture = DeliveryFixture.Start(logger: log);
        fixture.Peer.Script.On(PeerStage.EndOfData, "250 2.0.0 Ok: queued as \u001b[31mA", occurrence: 1).On("RCPT", "450 4.2.1 later\u0007", occurrence: 2);
        var delivered = fixture.Delivery();
        await fixture.DeliverAsync(delivered);
        var deferred = fixture.Delivery();
        await fixture.DeliverAsync(deferred);

        var (_, success) = Assert.Single(log.Events, entry => entry.Id == 4000);
        Assert.Contains(delivered.MessageId.ToString(), success);
        Assert.Contains("relay:relay", success);
        Assert.Contains(fixture.Peer.EndPoint.ToString(), success);
        Assert.Contains(@"queued as \u001B[31mA", success);
        var (_, failure) = Assert.Single(log.Events, entry => entry.Id == 4001);
        Assert.Contains(deferred.MessageId.ToString(), failure);
        Assert.Contains(@"450 4.2.1 later\u0007", failure);
        Assert.DoesNotContain(log.Events, entry => entry.Text.Any(char.IsControl));
    }

    [Fact]
    public async Task Falling_back_to_clear_text_is_visible()
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        var log = new ListLogger();
        await using var fixture = DeliveryFixture.Start(new ScriptedSmtpServer { Certificate = certificate }, RelayTls.Opportunistic, logger: log);
        fixture.Peer.Script.On("STARTTLS", new PeerAction.SendAndClose("220 go\r\n"u8.ToArray()));
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.Contains(log.Events, entry => entry.Id == 4010);
        Assert.Contains(log.Events, entry => entry.Id == 4000 && entry.Text.Contains("None", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_are_not_logged()
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        var log = new ListLogger();
        await using var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = certificate }, RelayTls.Opportunistic, DeliveryFixture.Login(password: "hunter2"), logger: log);
        fixture.Peer.Script.Extensions.Add("AUTH PLAIN");
        fixture.Peer.Script.On("AUTH", "535 5.7.8 wrong");
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.NotEmpty(log.Events);
        Assert.DoesNotContain(log.Events, entry => entry.Text.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Event_ids_are_unique_and_in_range()
    {
        var ids = typeof(DeliveryService).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(attribute => attribute.EventId)
            .ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 4000, 4999));
    }

    private sealed class ListLogger : ILogger<DeliveryService>
    {
        public ConcurrentQueue<(int Id, string Text)> Events { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Events.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
