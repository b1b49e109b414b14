using MailManager.Delivery.Dsn;
using MailManager.Delivery.Shaping;
using MailManager.Delivery.Tests.Harness;
using MailManager.Messages.Envelope;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests;

public sealed class NotificationLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Too_many_notifications_to_one_sender_are_not_made_and_the_message_still_fails()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { NotificationRate = new RateLimit(2, TimeSpan.FromHours(1)) });
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var made = new List<bool>();
        foreach (var sender in (string[])["a@sender.test", "A@Sender.test", "a@sender.test", "b@sender.test"])
        {
            var settlement = await fixture.DeliverAsync(fixture.Delivery(reversePath: sender));
            Assert.Empty(settlement.Remaining);
            made.Add(settlement.Notification is not null);
        }

        Assert.Equal([true, true, false, true], made);
    }

    [Fact]
    public void What_is_limited_is_free_again_after_its_time()
    {
        using var metrics = new DeliveryMetrics();
        var limiter = Create(metrics, each: 2, all: 3);
        Assert.True(Take(limiter, "a@x"));
        Assert.True(Take(limiter, "a@x"));
        Assert.False(Take(limiter, "a@x"));
        Assert.True(Take(limiter, "b@x"));
        Assert.False(Take(limiter, "c@x"));

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(Take(limiter, "c@x"));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(Take(limiter, "a@x"));
        Assert.True(Take(limiter, "c@x"));
    }

    [Fact]
    public void Addresses_are_kept_in_bounded_number_and_the_oldest_make_room()
    {
        using var metrics = new DeliveryMetrics();
        var limiter = Create(metrics, each: 1, all: int.MaxValue);
        for (var i = 0; i < NotificationLimiter.MaxAddresses; i++)
        {
            Assert.True(Take(limiter, $"{i}@x"));
        }

        Assert.False(Take(limiter, "0@x"));
        Assert.True(Take(limiter, "new@x"));
        Assert.Equal(NotificationLimiter.MaxAddresses, limiter.Count);
        Assert.False(Take(limiter, "0@x"));
        Assert.True(Take(limiter, "1@x"));
    }

    private NotificationLimiter Create(DeliveryMetrics metrics, int each, int all) => new(
        new DeliveryOptions
        {
            Hostname = "mx.test",
            NotificationRate = new RateLimit(each, TimeSpan.FromHours(1)),
            TotalNotificationRate = new RateLimit(all, TimeSpan.FromHours(1)),
        },
        _time, metrics, NullLogger.Instance);

    private static bool Take(NotificationLimiter limiter, string address) => limiter.TryTake(MessageId.New(DateTimeOffset.UnixEpoch), address);
}
