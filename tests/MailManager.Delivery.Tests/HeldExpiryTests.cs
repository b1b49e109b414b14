using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;
using MailManager.Queue.History;

namespace MailManager.Delivery.Tests;

/// <summary>What an operator held until it expired.</summary>
public sealed class HeldExpiryTests
{
    [Fact]
    public async Task It_is_not_tried_and_its_sender_is_told_as_of_others_that_expire()
    {
        await using var fixture = DeliveryFixture.Start();
        var delivery = Held(fixture, TimeSpan.Zero);
        var settlement = await fixture.DeliverAsync(delivery);
        Assert.Empty(settlement.Remaining);
        Assert.Empty(fixture.Peer.Sessions);
        var group = Notifications.Status(settlement).StatusGroups[1];
        Assert.Equal(("failed", "4.4.7"), (group["Action"], group["Status"]));
        Assert.Contains("held until it expired", Notifications.Text(settlement), StringComparison.Ordinal);
        Assert.Equal(new MessageHistory.Notification(delivery.MessageId), settlement.Notification!.Value.Message.History);
    }

    [Fact]
    public async Task A_reason_to_bounce_it_goes_before()
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(Held(fixture, TimeSpan.Zero, bouncedBy: "ann"));
        Assert.Equal("5.7.0", Notifications.Status(settlement).StatusGroups[1]["Status"]);
    }

    private static QueuedDelivery Held(DeliveryFixture fixture, TimeSpan expiresIn, string? bouncedBy = null)
    {
        var delivery = fixture.Delivery(expiresIn: expiresIn);
        return new QueuedDelivery
        {
            Key = delivery.Key,
            MessageId = delivery.MessageId,
            Envelope = delivery.Envelope,
            ReceivedAt = delivery.ReceivedAt,
            ExpiresAt = delivery.ExpiresAt,
            Instructions = delivery.Instructions,
            MessageSize = delivery.MessageSize,
            Content = delivery.Content,
            HasExpiredHeld = true,
            BouncedBy = bouncedBy,
        };
    }
}
