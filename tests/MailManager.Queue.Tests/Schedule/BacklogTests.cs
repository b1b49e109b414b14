using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

/// <summary>What does not fit into memory waits in the spool: nothing is lost, dispatched twice, or late.</summary>
public sealed class BacklogTests : IDisposable
{
    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch);
    private readonly TestDispatcher _dispatcher = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Over_its_room_a_destination_waits_in_the_spool_in_order_and_holds_up_no_other()
    {
        await using var queue = Open();
        queue.Start(_dispatcher);
        var size = 0;
        for (var i = 0; i < 50; i++)
        {
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(100 + size++));
        }

        await AcceptAsync(queue, Message(To("relay:b", "x@example.com")), Content(10));
        List<QueuedDelivery> held = [];
        for (var i = 0; i < 5; i++)
        {
            held.Add(await _dispatcher.TakeAsync());
        }

        // Four of a, and b's.
        Assert.Equal(10, held[^1].MessageSize);
        Assert.Equal(0, _dispatcher.Waiting);
        Assert.Equal(40, _directory.Query("SELECT count(*) FROM delivery WHERE state=1"));
        List<long> sizes = [.. held.SkipLast(1).Select(delivery => delivery.MessageSize)];
        foreach (var delivery in held)
        {
            queue.Settle(delivery, new DeliverySettlement());
        }

        while (sizes.Count < 50)
        {
            var delivery = await _dispatcher.TakeAsync();
            sizes.Add(delivery.MessageSize);
            queue.Settle(delivery, new DeliverySettlement());
        }

        Assert.Equal(Enumerable.Range(100, 50).Select(value => (long)value), sizes);
        await queue.StopAsync();
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task Deferred_deliveries_become_due_in_the_order_of_their_times_also_after_a_restart()
    {
        int[] minutes = [30, 10, 20];
        await using (var queue = Open())
        {
            queue.Start(_dispatcher);
            foreach (var wait in minutes)
            {
                await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(wait));
                queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement { Remaining = ["x@example.com"], NextAttemptAt = Epoch.AddMinutes(wait) });
            }
        }

        await using var reopened = Open();
        reopened.Start(_dispatcher);
        foreach (var wait in minutes.Order())
        {
            _time.SetUtcNow(Epoch.AddMinutes(wait).AddMilliseconds(-1));
            Assert.Equal(0, _dispatcher.Waiting);
            _time.SetUtcNow(Epoch.AddMinutes(wait));
            var delivery = await _dispatcher.TakeAsync();
            Assert.Equal(wait, delivery.MessageSize);
            reopened.Settle(delivery, new DeliverySettlement());
        }
    }

    [Fact]
    public async Task An_earlier_time_moves_the_timer_forward_and_a_clock_set_forward_is_noticed()
    {
        var clock = new JumpingTime(_time);
        await using var queue = Open(clock);
        queue.Start(_dispatcher);
        foreach (var (size, at) in new[] { (1, Epoch.AddDays(3)), (2, Epoch.AddHours(1)) })
        {
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(size));
            queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement { Remaining = ["x@example.com"], NextAttemptAt = at });
        }

        await queue.UntilWaitingAsync(2);
        clock.Offset = TimeSpan.FromHours(2);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await _dispatcher.TakeAsync()).MessageSize);
        Assert.Equal(0, _dispatcher.Waiting);
    }

    [Fact]
    public async Task A_dispatcher_that_throws_gets_the_delivery_again_a_minute_later()
    {
        await using var queue = Open();
        var isBroken = true;
        _dispatcher.OnDispatch = _ =>
        {
            if (isBroken)
            {
                throw new InvalidOperationException("broken");
            }
        };
        queue.Start(_dispatcher);
        await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(10));
        await queue.UntilWaitingAsync(1);
        isBroken = false;
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, _dispatcher.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, (await _dispatcher.TakeAsync()).Attempts);
    }

    private MailQueue Open(TimeProvider? time = null) => _directory.Open(
        time ?? _time,
        path => new MailQueueOptions { Directory = path, ReserveBytes = 1 << 20, DispatchWindow = 4, MaxWaitingInMemory = 6, SettleDelay = TimeSpan.Zero });

    /// <summary>A clock that can be set, beside timers that go on.</summary>
    private sealed class JumpingTime(FakeTimeProvider time) : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

        public override long GetTimestamp() => time.GetTimestamp();

        public override long TimestampFrequency => time.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
