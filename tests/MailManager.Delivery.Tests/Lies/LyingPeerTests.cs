using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>
/// A peer that lies once and is honest from then on. Each row of the table says whether the message that meets the lie is delivered, retried or
/// bounced; what is retried is then delivered, and nobody gets it a second time; and the message after it is not touched by what the lie left
/// behind on the connection.
/// </summary>
public sealed class LyingPeerTests : IDisposable
{
    private static readonly string[] Recipients = ["a@example.com", "b@example.com", "c@example.com"];

    private static readonly Dictionary<string, Lie> Table =
        ((IEnumerable<Lie>)[.. AnyPointLies.All(), .. CodeLies.All(), .. OrderLies.All(), .. ContentLies.All(), .. ChunkLies.All(), .. SecuredLies.All(), .. LmtpLies.All()])
        .ToDictionary(lie => lie.Name, StringComparer.Ordinal);

    private readonly X509Certificate2 _certificate = TestCertificates.CreateSelfSigned();

    public static TheoryData<string, bool> Rows()
    {
        var rows = new TheoryData<string, bool>();
        foreach (var lie in Table.Values)
        {
            foreach (var isPipelined in lie.IsPipelined is { } only ? [only] : (bool[])[true, false])
            {
                rows.Add(lie.Name, isPipelined);
            }
        }

        return rows;
    }

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_lie_costs_at_most_an_attempt(string name, bool isPipelined)
    {
        var lie = Table[name];
        var time = new FakeTimeProvider();
        await using var fixture = Start(lie.Speech, isPipelined, time);
        lie.Tell(fixture.Peer.Script, time);

        var settlement = await AttemptAsync(fixture, lie, Message(fixture, lie.Speech, "first", Recipients), time);
        Assert.True(fixture.Peer.Script.Followed > 0, "The lie was not told.");
        Assert.Equal(lie.Endings, Recipients.Select(recipient => EndingOf(settlement, recipient)));
        Assert.Equal(lie.Reason is null, settlement.Failure is null);
        Assert.Contains(lie.Reason ?? string.Empty, settlement.Failure ?? string.Empty);

        fixture.Peer.Script.Clear();
        if (!settlement.Remaining.IsEmpty)
        {
            var second = await fixture.DeliverAsync(Message(fixture, lie.Speech, "first", [.. settlement.Remaining]));
            Assert.Null(second.Failure);
            Assert.Null(second.Notification);
        }

        Assert.Equal(lie.Endings.Select(ending => Copies(lie, ending)), Recipients.Select(recipient => Taken(fixture, "first", recipient)));

        Assert.Null((await fixture.DeliverAsync(Message(fixture, lie.Speech, "second", Recipients))).Failure);
        Assert.All(Recipients, recipient => Assert.Equal(1, Taken(fixture, "second", recipient)));
        Assert.Equal(lie.Endings.Select(ending => Copies(lie, ending)), Recipients.Select(recipient => Taken(fixture, "first", recipient)));
    }

    private static int Copies(Lie lie, Ending ending) => ending switch
    {
        Ending.Bounced => 0,
        Ending.Retried => lie.Copies,
        _ => 1,
    };

    private static Ending EndingOf(DeliverySettlement settlement, string recipient)
    {
        var isBounced = settlement.Notification is not null && Notifications.FailedRecipients(settlement).Contains(recipient);
        var isRetried = settlement.Remaining.Contains(recipient);
        Assert.False(isBounced && isRetried);
        return isBounced ? Ending.Bounced : isRetried ? Ending.Retried : Ending.Delivered;
    }

    private static int Taken(DeliveryFixture fixture, string id, string recipient) => fixture.Peer.Messages.Count(message =>
        message.Recipients.Contains(recipient) && message.Data.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"Message-ID: <{id}@sender.test>\r\n")) >= 0);

    private static QueuedDelivery Message(DeliveryFixture fixture, Speech speech, string id, string[] recipients)
    {
        var text = $"Subject: of a message that meets a peer that lies\r\nMessage-ID: <{id}@sender.test>\r\n\r\n.\r\nText.\r\n";
        return speech == Speech.Chunks
            ? fixture.Delivery(text + new string('x', 700_000), recipients, body: BodyType.BinaryMime)
            : fixture.Delivery(text, recipients);
    }

    /// <summary>Where silence is the lie, time flies once it has begun; in small steps, so that the client has read what came before it.</summary>
    private static async Task<DeliverySettlement> AttemptAsync(DeliveryFixture fixture, Lie lie, QueuedDelivery delivery, FakeTimeProvider time)
    {
        fixture.Service.Dispatch(delivery);
        if (lie.IsSilence)
        {
            await fixture.Peer.Script.FollowedAsync();
            while (!fixture.Queue.HasSettled)
            {
                time.Advance(TimeSpan.FromSeconds(10));
                await Task.Delay(1);
            }
        }

        return (await fixture.Queue.NextAsync()).Settlement;
    }

    private DeliveryFixture Start(Speech speech, bool isPipelined, FakeTimeProvider time)
    {
        var isSecured = speech == Speech.Secured;
        var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = isSecured ? _certificate : null },
            isSecured ? RelayTls.Required : RelayTls.Opportunistic,
            isSecured ? DeliveryFixture.Login() : null,
            options => options with { FirstBackoff = TimeSpan.Zero, TrustedRoots = [_certificate] },
            time,
            relay: relay => speech == Speech.Lmtp ? relay with { Protocol = SmtpClientProtocol.Lmtp } : relay);
        var script = fixture.Peer.Script;
        script.IsLmtp = speech == Speech.Lmtp;
        string[] extensions = [.. isPipelined ? ["PIPELINING"] : (string[])[], "8BITMIME", .. speech switch
        {
            Speech.Chunks => ["CHUNKING", "BINARYMIME"],
            Speech.Secured => ["AUTH PLAIN"],
            _ => (string[])[],
        }];
        script.Extensions.Clear();
        foreach (var extension in extensions)
        {
            script.Extensions.Add(extension);
        }

        return fixture;
    }
}
