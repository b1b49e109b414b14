using System.Text;
using CsCheck;
using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;
using MimeKit;

namespace MailManager.Delivery.Tests;

/// <summary>Who is told what (RFC 3461).</summary>
public sealed class NotifyTests
{
    private const DsnNotify Success = DsnNotify.Success;
    private const DsnNotify Failure = DsnNotify.Failure;

    [Theory]
    [InlineData(DsnNotify.Unspecified, true)]
    [InlineData(DsnNotify.Failure, true)]
    [InlineData(DsnNotify.Success | DsnNotify.Failure, true)]
    [InlineData(DsnNotify.Never, false)]
    [InlineData(DsnNotify.Success, false)]
    [InlineData(DsnNotify.Delay, false)]
    public async Task A_failure_is_told_to_who_wants_to_hear_of_it(DsnNotify notify, bool isTold)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipientOptions: [new(notify, "rfc822;o+2Bo@o.test")], options: new MailOptions { EnvelopeId = "a+2Bb" }));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(isTold, settlement.Notification is not null);
        if (isTold)
        {
            var groups = Notifications.Status(settlement).StatusGroups;
            Assert.Equal("a+b", groups[0]["Original-Envelope-Id"]);
            Assert.Equal("rfc822; o+o@o.test", groups[1]["Original-Recipient"]);
            Assert.Equal("rfc822; user@example.com", groups[1]["Final-Recipient"]);
        }
    }

    [Fact]
    public async Task Only_those_who_want_to_hear_of_it_are_in_the_notification()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(
            recipients: ["a@example.com", "b@example.com", "c@example.com"],
            recipientOptions: [new(DsnNotify.Never, ""), null, new(Success, "")]));
        Assert.Equal(["b@example.com"], Notifications.FailedRecipients(settlement));
    }

    [Theory]
    [InlineData(false, Success, "sender@sender.test", true)]
    [InlineData(false, Success | Failure, "sender@sender.test", true)]
    [InlineData(false, Failure, "sender@sender.test", false)]
    [InlineData(false, Success, "", false)]
    [InlineData(true, Success, "sender@sender.test", false)]
    public async Task Success_is_told_where_the_next_server_does_not(bool offersDsn, DsnNotify notify, string sender, bool isTold)
    {
        await using var fixture = DeliveryFixture.Start();
        if (offersDsn)
        {
            fixture.Peer.Script.Extensions.Add("DSN");
        }

        var settlement = await fixture.DeliverAsync(fixture.Delivery(
            "Subject: s\r\n\r\nBODY\r\n",
            recipients: ["a@example.com", "b@example.com"],
            reversePath: sender,
            options: new MailOptions { Return = DsnReturn.Full },
            recipientOptions: [new(notify, ""), null]));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(isTold, settlement.Notification is not null);
        if (isTold)
        {
            Assert.Equal(["a@example.com"], Notifications.FailedRecipients(settlement));
            var group = Notifications.Status(settlement).StatusGroups[1];
            Assert.Equal(("relayed", "2.0.0", "dns; 127.0.0.1"), (group["Action"], group["Status"], group["Remote-MTA"]));
            Assert.DoesNotContain("BODY", Notifications.Text(settlement), StringComparison.Ordinal);
            Assert.StartsWith("Relayed mail", Notifications.Parse(settlement).Subject, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(5, DsnNotify.Delay, false, true)]
    [InlineData(5, DsnNotify.Delay, true, false)]
    [InlineData(3, DsnNotify.Delay, false, false)]
    [InlineData(5, DsnNotify.Failure, false, false)]
    [InlineData(5, DsnNotify.Unspecified, false, false)]
    [InlineData(5, DsnNotify.Never, false, false)]
    public async Task A_delay_is_told_once_to_who_asked_for_it(int hours, DsnNotify notify, bool wasTold, bool isTold)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "450 4.2.1 busy");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(
            age: TimeSpan.FromHours(hours), recipientOptions: [new(notify, "") { HasDelayNotice = wasTold }]));
        Assert.Single(settlement.Remaining);
        Assert.Equal([new RecipientOptions(notify, "") { HasDelayNotice = wasTold || isTold }], settlement.RemainingOptions);
        Assert.Equal(isTold, settlement.Notification is not null);
        if (isTold)
        {
            var group = Notifications.Status(settlement).StatusGroups[1];
            Assert.Equal(("delayed", "4.2.1"), (group["Action"], group["Status"]));
            Assert.NotNull(group["Will-Retry-Until"]);
        }
    }

    /// <summary>RFC 3461 leaves it to us where nothing was asked; who asked for other news only gets those.</summary>
    [Theory]
    [InlineData(null, 7, true)]
    [InlineData(null, 5, false)]
    [InlineData(DsnNotify.Unspecified, 7, true)]
    [InlineData(DsnNotify.Failure, 7, false)]
    [InlineData(DsnNotify.Never, 7, false)]
    public async Task Who_asked_for_nothing_is_told_of_a_delay_if_that_is_configured(DsnNotify? notify, int hours, bool isTold)
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { UnaskedDelayNotice = TimeSpan.FromHours(6) });
        fixture.Peer.Script.On("RCPT", "450 4.2.1 busy");
        RecipientOptions?[]? asked = notify is { } given ? [new(given, "rfc822;a@example.com")] : null;
        var settlement = await fixture.DeliverAsync(fixture.Delivery(age: TimeSpan.FromHours(hours), recipientOptions: asked));

        Assert.Single(settlement.Remaining);
        Assert.Equal(isTold, settlement.Notification is not null);
        Assert.Equal(isTold, settlement.RemainingOptions.Any(options => options is { HasDelayNotice: true }));
        if (!isTold)
        {
            return;
        }

        Assert.Equal("delayed", Notifications.Status(settlement).StatusGroups[1]["Action"]);
        var again = await fixture.DeliverAsync(fixture.Delivery(age: TimeSpan.FromHours(hours + 1), recipientOptions: [.. settlement.RemainingOptions]));
        Assert.Null(again.Notification);
    }

    [Theory]
    [InlineData(DsnReturn.Full, 100, true)]
    [InlineData(DsnReturn.Full, 300_000, false)]
    [InlineData(DsnReturn.Headers, 100, false)]
    [InlineData(DsnReturn.Unspecified, 100, false)]
    public async Task Ret_says_what_of_the_message_comes_back(DsnReturn ret, int length, bool isFull)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var content = "Subject: s\r\n\r\n" + string.Concat(Enumerable.Repeat(".BODY \u00fc\r\n", length / 9));
        var settlement = await fixture.DeliverAsync(fixture.Delivery(content, options: new MailOptions { Return = ret }));
        var part = ((MultipartReport)Notifications.Parse(settlement).Body!)[2];
        Assert.Equal(isFull ? "message/rfc822" : "text/rfc822-headers", part.ContentType.MimeType);
        Assert.Equal(isFull, Notifications.Text(settlement).Contains("\r\n" + content, StringComparison.Ordinal));
        Assert.Equal(isFull ? BodyType.EightBitMime : BodyType.SevenBit, settlement.Notification!.Value.Message.Envelope.Body);
    }

    [Theory]
    [InlineData("Subject: s\r\n\r\nbare\nline feed\r\n")]
    [InlineData("Subject: s\r\n\r\nnul\0\r\n")]
    public async Task A_message_that_data_cannot_carry_does_not_come_back_whole(string content)
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(content, body: BodyType.BinaryMime, options: new MailOptions { Return = DsnReturn.Full }));
        Assert.Equal("text/rfc822-headers", ((MultipartReport)Notifications.Parse(settlement).Body!)[2].ContentType.MimeType);
    }

    [Fact]
    public async Task A_notification_of_utf8_mail_is_one_of_rfc_6533()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.Extensions.Add("SMTPUTF8");
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var delivery = fixture.Delivery(
            reversePath: "grüße@sender.test",
            recipients: ["ü@example.com"],
            options: new MailOptions { IsUtf8 = true },
            recipientOptions: [new(Failure, @"utf-8;\x{F6}\x{D}@o.test")],
            bytes: DeliveryFixture.Content(Encoding.UTF8.GetBytes("Subject: ä\r\n\r\nbody\r\n")));
        var settlement = await fixture.DeliverAsync(delivery);
        var (queued, content) = settlement.Notification!.Value;
        Assert.Equal(["grüße@sender.test"], queued.Deliveries[0].Recipients);
        Assert.True(queued.Envelope.Options!.IsUtf8);
        Assert.Equal(BodyType.EightBitMime, queued.Envelope.Body);
        var text = Encoding.UTF8.GetString(content.Head.Span);
        Assert.Contains("To: <grüße@sender.test>\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: message/global-delivery-status", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: message/global-headers", text, StringComparison.Ordinal);
        Assert.Contains("\r\nFinal-Recipient: utf-8; ü@example.com\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nOriginal-Recipient: utf-8; ö\\x{D}@o.test\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nSubject: ä\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n<ü@example.com>\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_of_requiretls_mail_has_requiretls_and_no_body()
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(
            "Subject: s\r\n\r\nBODY\r\n", options: new MailOptions { RequireTls = true, Return = DsnReturn.Full }));
        var queued = settlement.Notification!.Value.Message;
        Assert.True(queued.Envelope.Options!.RequireTls);
        Assert.DoesNotContain("BODY", Notifications.Text(settlement), StringComparison.Ordinal);
    }

    /// <summary>Each recipient's ORCPT names it, so that a mix-up would show wherever options and recipients part.</summary>
    [Fact]
    public async Task Options_stay_with_their_recipients_through_attempts_and_settlements()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { NotificationRate = new(1000, TimeSpan.FromHours(1)) });
        fixture.Peer.Script.Extensions.Add("DSN");
        fixture.Peer.Script.Extensions.Add("LIMITS RCPTMAX=3");
        var samples = new List<int[]>();
        Gen.Int[0, 2].Array[1, 12].Sample(samples.Add, iter: 40, threads: 1);
        foreach (var fates in samples)
        {
            fixture.Peer.Script.Clear();
            var first = fixture.Peer.Script.Reached("RCPT");
            for (var i = 0; i < fates.Length; i++)
            {
                if (fates[i] > 0)
                {
                    fixture.Peer.Script.On("RCPT", fates[i] == 1 ? "450 4.2.1 busy" : "550 5.1.1 no", occurrence: first + i + 1);
                }
            }

            var recipients = Enumerable.Range(0, fates.Length).Select(i => $"u{i}@example.com").ToArray();
            RecipientOptions?[] options = [.. recipients.Select((recipient, i) => i % 3 == 0 ? null : new RecipientOptions(Failure | Success, "rfc822;" + recipient))];
            var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: recipients, recipientOptions: options));
            var expected = Enumerable.Range(0, fates.Length).Where(i => fates[i] == 1).ToArray();
            Assert.Equal(expected.Select(i => recipients[i]), settlement.Remaining);
            Assert.Equal(expected.Select(i => options[i]), settlement.RemainingOptions);
            var failed = Enumerable.Range(0, fates.Length).Where(i => fates[i] == 2).ToArray();
            Assert.Equal(failed.Length > 0, settlement.Notification is not null);
            if (failed.Length > 0)
            {
                var groups = Notifications.Status(settlement).StatusGroups.Where(group => group["Final-Recipient"] is not null).ToArray();
                Assert.Equal(failed.Select(i => "rfc822; " + recipients[i]), groups.Select(group => group["Final-Recipient"]));
                Assert.Equal(failed.Select(i => options[i] is null ? null : "rfc822; " + recipients[i]), groups.Select(group => group["Original-Recipient"]));
            }
        }

        Assert.All(
            fixture.Peer.Sessions.SelectMany(session => session.Commands).Where(command => command.Contains("ORCPT", StringComparison.Ordinal)),
            command => Assert.Matches(@"^RCPT TO:<(.*)> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;\1$", command));
    }
}
