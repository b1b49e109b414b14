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

    [Theory]
    [InlineData(-5)]
    [InlineData(5)]
    public async Task A_clock_that_is_set_moves_no_attempt_also_over_a_restart(int hours)
    {
        var clock = new SetClock(Epoch);
        await using (var queue = Open(clock))
        {
            queue.Start(_dispatcher);
            foreach (var (size, minutes) in new[] { (1, 60), (2, 10), (3, 20) })
            {
                await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(size));
                queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement { Remaining = ["x@example.com"], NextAttemptAt = Epoch.AddMinutes(minutes) });
            }

            await queue.UntilWaitingAsync(3);
            clock.Offset = TimeSpan.FromHours(hours);
            clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, _dispatcher.Waiting);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            var delivery = await _dispatcher.TakeAsync();
            Assert.Equal(2, delivery.MessageSize);
            Assert.Equal(Epoch.AddHours(hours), delivery.ReceivedAt);
            Assert.Equal(Epoch.AddDays(4).AddHours(hours), delivery.ExpiresAt);
            queue.Settle(delivery, new DeliverySettlement());
        }

        await using var reopened = Open(clock);
        reopened.Start(_dispatcher);
        foreach (var (size, wait) in new[] { (3, 10), (1, 40) })
        {
            clock.Advance(TimeSpan.FromMinutes(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, _dispatcher.Waiting);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            var delivery = await _dispatcher.TakeAsync();
            Assert.Equal(size, delivery.MessageSize);
            reopened.Settle(delivery, new DeliverySettlement());
        }
    }

    [Fact]
    public async Task That_the_clock_was_set_is_noted_although_nothing_else_is_written()
    {
        var clock = new SetClock(Epoch);
        await using var queue = Open(clock);
        queue.Start(_dispatcher);
        await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(1));
        Assert.Equal(0, _directory.Query("SELECT wall-queue FROM clock"));
        clock.Offset = TimeSpan.FromHours(-5);
        clock.Advance(TimeSpan.FromSeconds(30));
        await QueueStates.UntilAsync(() => _directory.Query("SELECT wall-queue FROM clock") == -5 * 60 * 60 * 1000);
    }

    [Fact]
    public async Task An_earlier_time_moves_the_timer_forward()
    {
        await using var queue = Open();
        queue.Start(_dispatcher);
        foreach (var (size, at) in new[] { (1, Epoch.AddDays(3)), (2, Epoch.AddHours(1)) })
        {
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(size));
            queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement { Remaining = ["x@example.com"], NextAttemptAt = at });
        }

        await queue.UntilWaitingAsync(2);
        _time.Advance(TimeSpan.FromHours(1));
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
}
