using MailManager.Delivery.Shaping;
using MailManager.Delivery.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Shaping;

/// <summary>A destination's own expiry takes the place of the message's, whichever is longer.</summary>
public sealed class DestinationExpiryTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(60, 100)]
    [InlineData(600, 1)]
    public async Task The_last_attempt_is_at_it_and_then_it_bounces(int expiryMinutes, int messageExpiryMinutes)
    {
        await using var fixture = DeliveryFixture.Start(time: _time, configure: options => options with
        {
            Destinations = [new DestinationLimits { Match = [new("relay:relay")], Expiry = TimeSpan.FromMinutes(expiryMinutes) }],
        });
        fixture.Peer.Script.On("RCPT", "450 4.2.0 not now");
        var age = TimeSpan.FromMinutes(expiryMinutes - 1);
        var last = fixture.Delivery(age: age, expiresIn: TimeSpan.FromMinutes(messageExpiryMinutes), attempts: 10);
        Assert.Equal(last.ReceivedAt + TimeSpan.FromMinutes(expiryMinutes), (await fixture.DeliverAsync(last)).NextAttemptAt);

        _time.Advance(TimeSpan.FromMinutes(1));
        var expired = fixture.Delivery(age: TimeSpan.FromMinutes(expiryMinutes), expiresIn: TimeSpan.FromMinutes(messageExpiryMinutes));
        var settlement = await fixture.DeliverAsync(expired);
        Assert.Empty(settlement.Remaining);
        Assert.Equal("4.4.7", Notifications.Status(settlement).StatusGroups[1]["Status"]);
    }
}
