using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;
using MailManager.Smtp.Grammar;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

public sealed class DeliveryScheduleTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Epoch);
    private readonly List<long> _due = [];
    private readonly DeliverySchedule _schedule;

    public DeliveryScheduleTests() => _schedule = new DeliverySchedule(_time, delivery => _due.Add(delivery.Key));

    public void Dispose() => _schedule.Dispose();

    [Fact]
    public void Deliveries_become_due_in_the_order_of_their_times()
    {
        _schedule.Start();
        foreach (var (key, minutes) in new[] { (1, 30), (2, 10), (3, 20), (4, 10) })
        {
            _schedule.Add(Delivery(key), Epoch.AddMinutes(minutes));
        }

        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal([2, 4], _due.Order());
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal([3, 1], _due[2..]);
        Assert.Equal(0, _schedule.Count);
    }

    [Fact]
    public void An_earlier_one_moves_the_timer_forward()
    {
        _schedule.Start();
        _schedule.Add(Delivery(1), Epoch.AddDays(3));
        _schedule.Add(Delivery(2), Epoch.AddSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([2], _due);
        _time.Advance(TimeSpan.FromDays(3));
        Assert.Equal([2, 1], _due);
    }

    [Fact]
    public void Before_the_start_deliveries_gather()
    {
        _schedule.Add(Delivery(1), Epoch.AddMinutes(-1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_due);
        _schedule.Start();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1], _due);
    }

    [Fact]
    public void Times_between_milliseconds_are_not_too_early()
    {
        _schedule.Start();
        _schedule.Add(Delivery(1), Epoch.AddTicks(15_001));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(_due);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1], _due);
    }

    private static QueuedDelivery Delivery(long key) => new()
    {
        Key = key,
        MessageId = default,
        Envelope = new MessageEnvelope("", [], BodyType.SevenBit),
        ReceivedAt = Epoch,
        ExpiresAt = Epoch,
        Instructions = To("relay:a", "x@example.com"),
        MessageSize = 0,
    };
}
