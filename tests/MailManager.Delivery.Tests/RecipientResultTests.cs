using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Identities;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class RecipientResultTests
{
    private static readonly string[] Three = ["a@example.com", "b@example.com", "c@example.com"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_recipient_has_its_own_result(bool pipelining)
    {
        await using var fixture = DeliveryFixture.Start();
        if (!pipelining)
        {
            fixture.Peer.Script.Extensions.Remove("PIPELINING");
        }

        fixture.Peer.Script.On("RCPT", "450 4.2.1 later", occurrence: 1).On("RCPT", "550 5.1.1 unknown", occurrence: 3);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: Three));
        Assert.Equal(["a@example.com"], settlement.Remaining);
        Assert.Contains("450 4.2.1 later", settlement.Failure);
        Assert.Equal(["c@example.com"], Notifications.FailedRecipients(settlement));
        Assert.Equal(["b@example.com"], Assert.Single(fixture.Peer.Messages).Recipients);
    }

    [Fact]
    public async Task A_failure_at_the_end_concerns_only_those_who_were_accepted()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 unknown", occurrence: 2).On(PeerStage.EndOfData, "451 4.3.0 later");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: Three));
        Assert.Equal(["a@example.com", "c@example.com"], settlement.Remaining);
        Assert.Equal(["b@example.com"], Notifications.FailedRecipients(settlement));
    }

    [Fact]
    public async Task When_all_pipelined_recipients_are_refused_and_data_is_not_only_a_dot_is_sent()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 unknown").On("DATA", "354 go").On(PeerStage.EndOfData, "554 5.5.1 no valid recipients");
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Empty(settlement.Remaining);
        Assert.Equal(["user@example.com"], Notifications.FailedRecipients(settlement));

        fixture.Peer.Script.Clear();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        var session = Assert.Single(fixture.Peer.Sessions);
        Assert.Contains("DATA\r\n.\r\n", System.Text.Encoding.Latin1.GetString(session.Received));
        Assert.Equal(1, session.Commands.Count(command => command == "RSET"));
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task A_message_for_more_than_a_hundred_goes_in_parts()
    {
        await using var fixture = DeliveryFixture.Start();
        var recipients = Enumerable.Range(0, 250).Select(i => $"u{i}@example.com").ToArray();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 unknown", occurrence: 150);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: recipients));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(["u149@example.com"], Notifications.FailedRecipients(settlement));
        Assert.Equal([100, 99, 50], fixture.Peer.Messages.Select(message => message.Recipients.Count));
        Assert.Single(fixture.Peer.Sessions);
    }

    [Fact]
    public async Task A_recipient_that_is_no_verified_identity_is_never_attempted()
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: ["x@elsewhere.test", "a@example.com", "y@sub.example.com"]));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(["x@elsewhere.test", "y@sub.example.com"], Notifications.FailedRecipients(settlement));
        Assert.Contains("5.7.1", Notifications.Text(settlement));
        Assert.Equal(["a@example.com"], Assert.Single(fixture.Peer.Messages).Recipients);

        settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: ["x@elsewhere.test"]));
        Assert.Equal(["x@elsewhere.test"], Notifications.FailedRecipients(settlement));
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task A_null_reverse_path_alone_does_not_get_past_the_guard()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { DsnRelay = "relay" });
        var forged = await fixture.DeliverAsync(fixture.Delivery(recipients: ["x@elsewhere.test"], reversePath: "", prefix: "Received: x\r\n"));
        Assert.Empty(forged.Remaining);
        Assert.Empty(fixture.Peer.Messages);

        await fixture.DeliverAsync(fixture.Delivery(recipients: ["x@elsewhere.test"], reversePath: ""));
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task A_relay_that_is_gone_defers_and_a_changed_one_is_used_at_once()
    {
        await using var fixture = DeliveryFixture.Start();
        await fixture.DeliverAsync(fixture.Delivery());
        fixture.Service.Update([], [], new IdentitySet(["example.com"]));
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        fixture.Update();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Single(fixture.Peer.Sessions);
        fixture.Update(host: "localhost");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }
}
