using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>LMTP (RFC 2033): once it has the message, the server says for each recipient how it ended.</summary>
public sealed class LmtpTests
{
    private static readonly string[] Three = ["a@example.com", "b@example.com", "c@example.com"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_recipient_that_rcpt_took_has_a_reply_of_its_own(bool isPipelined)
    {
        await using var fixture = Start();
        if (!isPipelined)
        {
            fixture.Peer.Script.Extensions.Remove("PIPELINING");
        }

        fixture.Peer.Script
            .On("RCPT", "550 5.1.1 unknown", occurrence: 2)
            .On(PeerStage.EndOfData, "452 4.2.2 full", occurrence: 1)
            .On(PeerStage.EndOfData, "552 5.2.2 too large", occurrence: 3);
        var settlement = await fixture.DeliverAsync(
            fixture.Delivery(recipients: ["full@example.com", "unknown@example.com", "good@example.com", "large@example.com", "fine@example.com"]));
        Assert.Equal(["full@example.com"], settlement.Remaining);
        Assert.Contains("452 4.2.2 full", settlement.Failure);
        Assert.Equal(["unknown@example.com", "large@example.com"], Notifications.FailedRecipients(settlement));
        Assert.Equal(["5.1.1", "5.2.2"], Notifications.Status(settlement).StatusGroups.Skip(1).Select(group => group["Status"]).OfType<string>());
        Assert.Equal(["good@example.com", "fine@example.com"], Taken(fixture));
        Assert.Equal("LHLO mx.test", fixture.Peer.Sessions[0].Commands[0]);

        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(recipients: Three))).Remaining);
        Assert.Equal(1, fixture.Peer.Sessions.Single().Commands.Count(command => command == "RSET"));
        Assert.Equal(["good@example.com", "fine@example.com", .. Three], Taken(fixture));
    }

    [Fact]
    public async Task Who_had_no_reply_when_the_connection_was_lost_is_tried_again()
    {
        await using var fixture = Start();
        fixture.Peer.Script.On(PeerStage.EndOfData, "550 5.2.1 disabled", occurrence: 2).On(PeerStage.EndOfData, new PeerAction.Close(), occurrence: 3);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: [.. Three, "d@example.com"]));
        Assert.Equal(["c@example.com", "d@example.com"], settlement.Remaining);
        Assert.Contains("connection lost at end of data", settlement.Failure);
        Assert.Equal(["b@example.com"], Notifications.FailedRecipients(settlement));
        Assert.Equal(["a@example.com"], Taken(fixture));

        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(recipients: ["c@example.com", "d@example.com"]))).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task The_last_chunk_is_answered_for_each_recipient_and_others_once()
    {
        await using var fixture = Start("CHUNKING", "BINARYMIME");
        fixture.Peer.Script.On(PeerStage.EndOfData, "550 5.2.1 disabled", occurrence: 2);
        var settlement = await fixture.DeliverAsync(Binary(fixture, Three));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(["b@example.com"], Notifications.FailedRecipients(settlement));
        Assert.Equal(["a@example.com", "c@example.com"], Taken(fixture));
        Assert.Equal(["BDAT 262144", "BDAT 262144", "BDAT 175712 LAST"], fixture.Peer.Sessions[0].Commands.Where(IsChunk));

        Assert.Empty((await fixture.DeliverAsync(Binary(fixture, Three))).Remaining);
        Assert.Single(fixture.Peer.Sessions);
    }

    [Fact]
    public async Task A_chunk_refused_when_the_last_one_is_on_its_way_ends_the_connection()
    {
        await using var fixture = Start("CHUNKING", "BINARYMIME");
        fixture.Peer.Script.On("BDAT", "452 4.3.1 no room", occurrence: 2);
        Assert.Equal(Three, (await fixture.DeliverAsync(Binary(fixture, Three))).Remaining);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task When_all_recipients_are_refused_and_data_is_not_the_connection_is_left()
    {
        await using var fixture = Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 unknown", session: 1).On("DATA", "354 go", session: 1);
        Assert.Equal(["user@example.com"], Notifications.FailedRecipients(await fixture.DeliverAsync(fixture.Delivery())));
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        await fixture.Peer.Sessions[0].Ended;
        Assert.EndsWith("DATA\r\n", Encoding.Latin1.GetString(fixture.Peer.Sessions[0].Received), StringComparison.Ordinal);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task A_message_for_more_than_a_hundred_goes_in_parts()
    {
        await using var fixture = Start();
        var recipients = Enumerable.Range(0, 250).Select(i => $"u{i}@example.com").ToArray();
        fixture.Peer.Script.On(PeerStage.EndOfData, "550 5.2.1 disabled", occurrence: 150).On(PeerStage.EndOfData, "450 4.2.1 busy", occurrence: 250);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: recipients));
        Assert.Equal(["u249@example.com"], settlement.Remaining);
        Assert.Equal(["u149@example.com"], Notifications.FailedRecipients(settlement));
        Assert.Equal(recipients.Except(["u149@example.com", "u249@example.com"]), Taken(fixture));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Success_is_told_only_of_those_who_have_the_message(bool offersDsn)
    {
        await using var fixture = Start(offersDsn ? ["DSN"] : []);
        fixture.Peer.Script.On(PeerStage.EndOfData, "450 4.2.1 busy", occurrence: 2);
        var asked = new RecipientOptions(DsnNotify.Success, string.Empty);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: Three, recipientOptions: [asked, asked, asked]));
        Assert.Equal(["b@example.com"], settlement.Remaining);
        Assert.Equal(!offersDsn, settlement.Notification is not null);
        if (!offersDsn)
        {
            Assert.Equal(["a@example.com", "c@example.com"], Notifications.FailedRecipients(settlement));
            Assert.Equal(["relayed", "relayed"], Notifications.Status(settlement).StatusGroups.Select(group => group["Action"]).OfType<string>());
        }
    }

    [Fact]
    public async Task Under_tls_lhlo_is_said_again()
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        await using var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = certificate }, RelayTls.Required, DeliveryFixture.Login(),
            options => options with { TrustedRoots = [certificate] }, relay: Lmtp);
        fixture.Peer.Script.IsLmtp = true;
        fixture.Peer.Script.Extensions.Add("AUTH PLAIN");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(["LHLO mx.test", "STARTTLS", "LHLO mx.test"], fixture.Peer.Sessions[0].Commands.Take(3));
        Assert.True(Assert.Single(fixture.Peer.Messages).IsTls);
    }

    [Theory]
    [InlineData(true, new[] { "EHLO mx.test", "HELO mx.test" })]
    [InlineData(false, new[] { "LHLO mx.test" })]
    public async Task The_other_protocol_is_not_tried(bool isLmtp, string[] commands)
    {
        await using var fixture = DeliveryFixture.Start(relay: isLmtp ? null : Lmtp);
        fixture.Peer.Script.IsLmtp = isLmtp;
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Contains("refused at hello: 500", settlement.Failure);
        Assert.Equal(commands, fixture.Peer.Sessions[0].Commands);
    }

    private static Relay Lmtp(Relay relay) => relay with { Protocol = SmtpClientProtocol.Lmtp };

    private static DeliveryFixture Start(params string[] extensions)
    {
        var fixture = DeliveryFixture.Start(configure: options => options with { FirstBackoff = TimeSpan.Zero }, relay: Lmtp);
        fixture.Peer.Script.IsLmtp = true;
        foreach (var extension in extensions)
        {
            fixture.Peer.Script.Extensions.Add(extension);
        }

        return fixture;
    }

    private static IEnumerable<string> Taken(DeliveryFixture fixture) => fixture.Peer.Messages.SelectMany(message => message.Recipients);

    private static bool IsChunk(string command) => command.StartsWith("BDAT", StringComparison.Ordinal);

    private static QueuedDelivery Binary(DeliveryFixture fixture, string[] recipients) =>
        fixture.Delivery(recipients: recipients, bytes: DeliveryFixture.Content(new byte[700_000]), body: BodyType.BinaryMime);
}
