using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Interop.Tests.Peers;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Tests.Scale;

/// <summary>
/// A full queue for many destinations, of which one in twenty refuses connections and one accepts them and never says a word. 5,000 messages for 200
/// destinations, or as many as MAILMANAGER_SCALE_MESSAGES and MAILMANAGER_SCALE_DESTINATIONS say.
/// </summary>
public sealed class ManyDestinationsTests
{
    private static readonly int Messages = Setting("MAILMANAGER_SCALE_MESSAGES", 5_000);
    private static readonly int Destinations = Setting("MAILMANAGER_SCALE_DESTINATIONS", 200);

    [Fact]
    public async Task Dead_and_stalled_destinations_keep_nobody_else_waiting()
    {
        var alone = await RunAsync(withFailing: false);
        var among = await RunAsync(withFailing: true);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Messages} messages, {Destinations} destinations: the healthy ones took {alone.TotalSeconds:F2} s without the others, {among.TotalSeconds:F2} s with them, ratio {among / alone:F2}"));
    }

    /// <returns>From the start of delivery until the last message for a healthy destination has arrived.</returns>
    private static async Task<TimeSpan> RunAsync(bool withFailing)
    {
        using var directory = new TemporaryDirectory();
        await using var sink = new ScriptedSmtpServer();
        using var stalled = Listener();
        using var dead = Listener();
        var deadPort = ((IPEndPoint)dead.LocalEndPoint!).Port;
        dead.Dispose();
        var stalledPort = ((IPEndPoint)stalled.LocalEndPoint!).Port;
        int PortOf(int destination) => IsHealthy(destination) ? sink.EndPoint.Port : destination == 0 ? stalledPort : deadPort;

        await using var queue = MailQueue.Open(new MailQueueOptions { Directory = directory.Path }, TimeProvider.System, NullLogger.Instance);
        var queued = Enumerable.Range(0, Messages).Select(i => (Id: i, Destination: i % Destinations))
            .Where(message => withFailing || IsHealthy(message.Destination)).ToList();
        await Parallel.ForEachAsync(
            queued, new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (message, _) => Assert.Equal(AcceptResult.Committed, await AcceptAsync(queue, message.Id, message.Destination)));
        Assert.Equal(queued.Count, queue.Messages);

        var service = new DeliveryService(
            new DeliveryOptions { Hostname = "mx.test", DefaultLimits = new() { MaxConnections = 2 } }, NullLogger<DeliveryService>.Instance, TimeProvider.System);
        await using (service)
        {
            service.Update([.. Enumerable.Range(0, Destinations).Select(i => Relay(i, PortOf(i)))], [], new IdentitySet(["example.com"]));
            service.Start(queue);
            var watch = Stopwatch.StartNew();
            queue.Start(service);

            var healthy = queued.Where(message => IsHealthy(message.Destination)).Select(message => message.Id).ToHashSet();
            await sink.WaitForMessagesAsync(healthy.Count, TimeSpan.FromMinutes(Math.Max(1, Messages / 5_000)));
            watch.Stop();

            // Each once; and what cannot be delivered is all there still.
            Assert.Equal(healthy.Order(), sink.Messages.Select(IdOf).Order());
            await UntilAsync(() => queue.Messages == queued.Count - healthy.Count);
            return watch.Elapsed;
        }
    }

    private static bool IsHealthy(int destination) => destination != 0 && destination % 20 != 10;

    private static int IdOf(ReceivedMessage message)
    {
        var text = Encoding.ASCII.GetString(message.Data);
        var start = text.IndexOf("Subject: ", StringComparison.Ordinal) + 9;
        return int.Parse(text[start..text.IndexOf('\r', start)], CultureInfo.InvariantCulture);
    }

    private static async Task<AcceptResult> AcceptAsync(MailQueue queue, int id, int destination)
    {
        var now = DateTimeOffset.UtcNow;
        ImmutableArray<string> recipients = ["user@example.com"];
        var content = DeliveryFixture.Content($"Subject: {id}\r\n\r\nText.\r\n");
        var message = new QueuedMessage
        {
            Id = MessageId.New(now),
            Origin = "front-door",
            ReceivedAt = now,
            ExpiresAt = now.AddDays(4),
            Envelope = new MessageEnvelope("sender@sender.test", recipients, BodyType.SevenBit),
            Deliveries = [new DeliveryInstructions { Destination = $"relay:r{destination}", ReversePath = "sender@sender.test", Recipients = recipients, Prefix = Array.Empty<byte>() }],
        };
        var result = await queue.AcceptAsync(new AcceptedMessage(message, content));
        content.Release();
        return result;
    }

    private static Relay Relay(int destination, int port) => new()
    {
        RelayName = $"r{destination}",
        Servers = [new RelayServer("127.0.0.1", port)],
        Authentication = new RelayAuthentication.None(),
        Tls = RelayTls.None,
    };

    private static Socket Listener()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(128);
        return socket;
    }

    /// <summary>The queue forgets a message with the next commit, of which it tells nobody: look again.</summary>
    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(ScriptedSmtpServer.Patience);
        while (!holds())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private static int Setting(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
