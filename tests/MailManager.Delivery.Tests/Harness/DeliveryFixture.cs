using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>A delivery service with a recording queue, and one relay named <c>relay</c> that is a scripted server.</summary>
internal sealed class DeliveryFixture : IAsyncDisposable
{
    public const string Hello = "Subject: hello\r\n\r\nHello.\r\n";

    private long _keys;

    private DeliveryFixture(ScriptedSmtpServer peer, DeliveryOptions options, TimeProvider time, ILogger<DeliveryService> logger)
    {
        Peer = peer;
        Time = time;
        Service = new DeliveryService(options, logger, time);
    }

    public ScriptedSmtpServer Peer { get; }

    public RecordingQueue Queue { get; } = new();

    public DeliveryService Service { get; }

    public TimeProvider Time { get; }

    public static DeliveryFixture Start(
        ScriptedSmtpServer? peer = null,
        RelayTls tls = RelayTls.Opportunistic,
        Secret? secret = null,
        Func<DeliveryOptions, DeliveryOptions>? configure = null,
        TimeProvider? time = null,
        ILogger<DeliveryService>? logger = null,
        Func<Relay, Relay>? relay = null)
    {
        // A message may come before the worker of the last one is idle, and would open a second connection. What sends several at once asks for more.
        var options = new DeliveryOptions { Hostname = "mx.test", DefaultLimits = new() { MaxConnections = 1 } };
        var fixture = new DeliveryFixture(
            peer ?? new ScriptedSmtpServer(),
            configure?.Invoke(options) ?? options,
            time ?? TimeProvider.System,
            logger ?? NullLogger<DeliveryService>.Instance);
        fixture.Update(tls, secret, relay: relay);
        fixture.Service.Start(fixture.Queue);
        return fixture;
    }

    /// <summary>For a test that sends several messages at once: the usual limits.</summary>
    public static DeliveryOptions WithManyConnections(DeliveryOptions options) => options with { DefaultLimits = new() };

    /// <summary>For a test that lets time fly until a connection is closed: the little time that QUIT is usually given would be over before it is sent.</summary>
    public static DeliveryOptions WithPatienceForQuit(DeliveryOptions options) =>
        options with { Timeouts = options.Timeouts with { Quit = TimeSpan.FromDays(10_000) } };

    public void Update(RelayTls tls = RelayTls.Opportunistic, Secret? secret = null, string host = "127.0.0.1", Func<Relay, Relay>? relay = null, IdentitySet? identities = null)
    {
        var usual = new Relay
        {
            RelayName = "relay",
            Servers = [new RelayServer(host, Peer.EndPoint.Port)],
            Authentication = secret is null ? new RelayAuthentication.None() : new RelayAuthentication.FromSecret(secret.Name),
            Tls = tls,
        };
        Service.Update([relay?.Invoke(usual) ?? usual], secret is null ? [] : [secret], identities ?? new IdentitySet(["example.com"]));
    }

    public static Secret Login(string user = "user", string password = "pass word") =>
        new("login", ImmutableDictionary<string, string>.Empty.Add("username", user).Add("password", password));

    public static MessageContent Content(string text) => Content(Encoding.Latin1.GetBytes(text));

    public static MessageContent Content(byte[] octets)
    {
        var rented = ArrayPool<byte>.Shared.Rent(octets.Length);
        octets.CopyTo(rented, 0);
        return new MessageContent(rented, octets.Length, octets.Length, null);
    }

    public QueuedDelivery Delivery(
        string content = Hello,
        string[]? recipients = null,
        string reversePath = "sender@sender.test",
        string prefix = "",
        string destination = "relay:relay",
        int attempts = 0,
        TimeSpan? expiresIn = null,
        MessageContent? bytes = null,
        MailOptions? options = null,
        RecipientOptions?[]? recipientOptions = null,
        BodyType body = BodyType.SevenBit,
        TimeSpan? age = null,
        string[]? removedHeaders = null,
        bool isSubmission = false,
        string? egressPool = null,
        bool maySign = false)
    {
        bytes ??= Content(content);
        var now = Time.GetUtcNow();
        ImmutableArray<string> to = [.. recipients ?? ["user@example.com"]];
        return new QueuedDelivery
        {
            Key = ++_keys,
            MessageId = MessageId.New(now),
            Envelope = new MessageEnvelope(reversePath, to, body) { Options = options, RecipientOptions = [.. recipientOptions ?? []] },
            ReceivedAt = now - (age ?? TimeSpan.Zero),
            ExpiresAt = now + (expiresIn ?? TimeSpan.FromDays(4)),
            Instructions = new DeliveryInstructions
            {
                Destination = destination,
                ReversePath = reversePath,
                Recipients = to,
                RecipientOptions = [.. recipientOptions ?? []],
                Prefix = Encoding.ASCII.GetBytes(prefix),
                RemovedHeaders = [.. removedHeaders ?? []],
                IsSubmission = isSubmission,
                MaySign = maySign,
                EgressPool = egressPool,
            },
            Attempts = attempts,
            MessageSize = bytes.Length,
            Content = bytes,
        };
    }

    /// <summary>Dispatches and waits for the settlement.</summary>
    public async Task<DeliverySettlement> DeliverAsync(QueuedDelivery delivery)
    {
        Service.Dispatch(delivery);
        var settled = await Queue.NextAsync();
        Assert.Same(delivery, settled.Delivery);
        return settled.Settlement;
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Peer.DisposeAsync();
    }
}
