using System.Collections.Immutable;
using System.Text;
using MailManager.Delivery.Dsn;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Tests.Harness;
using MailManager.Messages.Envelope;
using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using MimeKit;

namespace MailManager.Delivery.Tests;

public sealed class NotificationTests
{
    [Fact]
    public async Task A_notification_says_what_failed_and_why()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550-5.1.1 No such user\r\n550 5.1.1 at all\u001b");
        var delivery = fixture.Delivery("Subject: original\r\nX-Long: a\r\n\tb\r\n\r\nSECRET BODY\r\n");
        var settlement = await fixture.DeliverAsync(delivery);

        var (queued, content) = settlement.Notification!.Value;
        Assert.Equal("dsn", queued.Origin);
        Assert.Equal(string.Empty, queued.Envelope.ReversePath);
        var instructions = Assert.Single(queued.Deliveries);
        Assert.Equal(("mx:sender.test", string.Empty), (instructions.Destination, instructions.ReversePath));
        Assert.Equal(["sender@sender.test"], instructions.Recipients);

        var message = Notifications.Parse(settlement);
        Assert.Equal("MAILER-DAEMON@mx.test", message.From.Mailboxes.Single().Address);
        Assert.Equal("sender@sender.test", message.To.Mailboxes.Single().Address);
        Assert.Equal("auto-replied", message.Headers[HeaderId.AutoSubmitted]);
        Assert.NotNull(message.MessageId);
        Assert.NotEqual(default, message.Date);

        var groups = Notifications.Status(settlement).StatusGroups;
        Assert.Equal("dns; mx.test", groups[0]["Reporting-MTA"]);
        Assert.NotNull(groups[0]["Arrival-Date"]);
        Assert.Equal("failed", groups[1]["Action"]);
        Assert.Equal("5.1.1", groups[1]["Status"]);
        Assert.Equal("dns; 127.0.0.1", groups[1]["Remote-MTA"]);
        Assert.Equal(@"smtp; 550 5.1.1 No such user at all\u001B", groups[1]["Diagnostic-Code"]);

        var header = ((MultipartReport)message.Body!)[2];
        Assert.Equal("text/rfc822-headers", header.ContentType.MimeType);
        Assert.DoesNotContain("SECRET", Notifications.Text(settlement));
        Assert.Contains("Subject: original\r\nX-Long: a\r\n\tb\r\n", Notifications.Text(settlement));
        AssertSendable(content.Head.ToArray());
    }

    [Fact]
    public async Task No_notification_answers_a_null_reverse_path()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 No");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(reversePath: ""));
        Assert.Empty(settlement.Remaining);
        Assert.Null(settlement.Notification);
    }

    [Fact]
    public async Task A_message_that_is_deferred_until_it_expires_fails()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("MAIL", "451 4.3.0 later");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(expiresIn: TimeSpan.Zero));
        Assert.Empty(settlement.Remaining);
        var group = Notifications.Status(settlement).StatusGroups[1];
        Assert.Equal("4.4.7", group["Status"]);
        Assert.Contains("451 4.3.0 later", group["Diagnostic-Code"]);
    }

    [Fact]
    public async Task Notifications_leave_through_the_relay_that_is_set_for_them()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { DsnRelay = "relay" });
        fixture.Peer.Script.On("RCPT", "550 5.1.1 No", occurrence: 1);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        var (queued, content) = settlement.Notification!.Value;
        var instructions = Assert.Single(queued.Deliveries);
        Assert.Equal("relay:relay", instructions.Destination);

        await fixture.DeliverAsync(fixture.Delivery(
            recipients: [.. instructions.Recipients], reversePath: instructions.ReversePath, destination: instructions.Destination, bytes: content));
        var received = await fixture.Peer.WaitForMessagesAsync(1);
        Assert.Equal(string.Empty, received[0].ReversePath);
        Assert.Equal(["sender@sender.test"], received[0].Recipients);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void A_hostile_header_and_hostile_texts_still_make_a_message_that_can_be_sent(int length)
    {
        var evil = new string('x', length) + "\r\n.\r\nMAIL FROM:<a@b>\n\0\u001b";
        var accepted = new DsnBuilder(new DeliveryOptions { Hostname = "mx.test" }).Build(
            new DsnRequest
            {
                MessageId = MessageId.New(DateTimeOffset.UtcNow),
                ReversePath = "evil\r\nBcc: x@sender.test",
                ReceivedAt = DateTimeOffset.UtcNow,
                Header = Encoding.Latin1.GetBytes($"X-A: é{new string('y', length)}\r\nX-B: {new string('z', 90)}\r\n"),
                Recipients = [new DsnRecipient("a\r\n.\r\n@b", new EnhancedStatus(5, 0, 0), PeerText.Escape(evil), true, PeerText.Escape(evil))],
            },
            DateTimeOffset.UtcNow);
        var octets = accepted!.Value.Content.Head.ToArray();
        AssertSendable(octets);
        var message = MimeMessage.Load(new MemoryStream(octets));
        Assert.Null(message.Headers[HeaderId.Bcc]);
        Assert.IsType<MessageDeliveryStatus>(((MultipartReport)message.Body!)[1]);
    }

    [Fact]
    public void Retries_follow_the_schedule_within_a_tenth_and_never_pass_expiry()
    {
        var now = DateTimeOffset.UnixEpoch;
        var never = DateTimeOffset.MaxValue;
        ImmutableArray<TimeSpan> delays = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)];
        foreach (var random in (double[])[0, 0.5, 0.999])
        {
            var schedule = new RetrySchedule(() => random);
            var factor = 0.9 + (0.2 * random);
            Assert.Equal(now.AddMinutes(1 * factor), schedule.Next(delays, now, 0, never));
            Assert.Equal(now.AddMinutes(10 * factor), schedule.Next(delays, now, 1, never));
            Assert.Equal(now.AddMinutes(10 * factor), schedule.Next(delays, now, 99, never));
            Assert.Equal(now.AddSeconds(5), schedule.Next(delays, now, 1, now.AddSeconds(5)));
        }
    }

    [Fact]
    public async Task A_deferral_says_when_to_come_again()
    {
        await using var fixture = DeliveryFixture.Start(time: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow));
        fixture.Peer.Script.On(PeerStage.EndOfData, "451 4.3.0 later");
        var first = await fixture.DeliverAsync(fixture.Delivery(attempts: 0));
        Assert.InRange(first.NextAttemptAt - fixture.Time.GetUtcNow(), TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));
        var third = await fixture.DeliverAsync(fixture.Delivery(attempts: 2));
        Assert.InRange(third.NextAttemptAt - fixture.Time.GetUtcNow(), TimeSpan.FromMinutes(13.5), TimeSpan.FromMinutes(16.5));
    }

    private static void AssertSendable(byte[] octets)
    {
        var text = Encoding.Latin1.GetString(octets);
        Assert.EndsWith("\r\n", text);
        var lines = text.Split("\r\n");
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 998));
        Assert.All(lines, line => Assert.False(line.AsSpan().ContainsAny('\r', '\n', '\0')));
    }
}
