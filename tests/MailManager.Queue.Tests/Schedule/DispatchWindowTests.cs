using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;
using MailManager.Smtp.Grammar;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

public sealed class DispatchWindowTests : IDisposable
{
    private readonly TestDispatcher _dispatcher = new();
    private readonly DispatchWindow _window = new(new MailQueueOptions { Directory = "unused", DispatchWindow = 2 }, Clock(TimeProvider.System), NullLogger.Instance);

    public void Dispose() => _window.Dispose();

    [Fact]
    public async Task A_destination_over_its_limit_waits_in_order_and_holds_up_no_other()
    {
        _window.Start(_dispatcher, _ => { }, () => { });
        foreach (var (key, destination) in new[] { (1, "a"), (2, "a"), (3, "a"), (4, "a"), (5, "b") })
        {
            _window.Enqueue(Delivery(key, destination));
        }

        Assert.Equal(1, (await _dispatcher.TakeAsync()).Key);
        Assert.Equal(2, (await _dispatcher.TakeAsync()).Key);
        Assert.Equal(5, (await _dispatcher.TakeAsync()).Key);
        Assert.Equal(0, _dispatcher.Waiting);

        _window.Complete("a");
        Assert.Equal(3, (await _dispatcher.TakeAsync()).Key);
        Assert.Equal(0, _dispatcher.Waiting);
        _window.Complete("a");
        Assert.Equal(4, (await _dispatcher.TakeAsync()).Key);
    }

    [Fact]
    public async Task What_came_before_the_start_is_dispatched_then()
    {
        _window.Enqueue(Delivery(1, "a"));
        _window.Enqueue(Delivery(2, "b"));
        Assert.Equal(0, _dispatcher.Waiting);
        _window.Start(_dispatcher, _ => { }, () => { });
        Assert.Equal([1, 2], new[] { (await _dispatcher.TakeAsync()).Key, (await _dispatcher.TakeAsync()).Key }.Order());
    }

    [Fact]
    public async Task A_dispatcher_that_settles_at_once_works_off_a_long_queue_without_deep_recursion()
    {
        for (var key = 0; key < 20_000; key++)
        {
            _window.Enqueue(Delivery(key, "a"));
        }

        _dispatcher.OnDispatch = delivery => _window.Complete(delivery.Instructions.Destination);
        _window.Start(_dispatcher, _ => { }, () => { });
        for (var i = 0; i < 20_000; i++)
        {
            await _dispatcher.TakeAsync();
        }
    }

    [Fact]
    public async Task What_nobody_reads_is_told_and_what_has_no_room_is_not()
    {
        var time = new FakeTimeProvider(Epoch);
        using var window = new DispatchWindow(new MailQueueOptions { Directory = "unused", DispatchWindow = 1 }, Clock(time), NullLogger.Instance);
        using var watch = new OverdueWatch(window, time, NullLogger.Instance);
        window.Start(_dispatcher, _ => { }, () => { });
        window.Enqueue(Delivery(1, "full"));
        await _dispatcher.TakeAsync();
        window.Wait("full", Epoch.ToUnixTimeMilliseconds());
        window.Wait("later", Epoch.AddHours(1).ToUnixTimeMilliseconds());
        window.Wait("forgotten", Epoch.AddSeconds(1).ToUnixTimeMilliseconds());
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, watch.Count);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, watch.Count);
        Assert.Equal((1, "forgotten"), window.FindOverdue());

        Assert.True(window.TryBeginLoad(out var load));
        window.EndLoad(load, Destination.Never);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, watch.Count);
    }

    [Fact]
    public async Task What_is_in_memory_or_settled_during_a_load_is_not_read_again()
    {
        using var window = new DispatchWindow(new MailQueueOptions { Directory = "unused" }, Clock(TimeProvider.System), NullLogger.Instance);
        window.Start(_dispatcher, _ => { }, () => { });
        window.Enqueue(Delivery(1, "a"));
        window.Enqueue(Delivery(2, "a"));
        await _dispatcher.TakeAsync();
        await _dispatcher.TakeAsync();
        window.Settled(2);
        window.Wait("a", 0);
        Assert.True(window.TryBeginLoad(out var load));
        Assert.Equal((true, false), (window.IsExcluded(1), window.IsExcluded(2)));

        // The rows that are being read may be older than this.
        window.Complete("a");
        window.Settled(1);
        Assert.True(window.IsExcluded(1));
        window.EndLoad(load, Destination.Never);
        Assert.False(window.IsExcluded(1));
    }

    [Fact]
    public void A_row_that_was_settled_during_a_load_is_read_by_the_next()
    {
        using var window = new DispatchWindow(new MailQueueOptions { Directory = "unused" }, Clock(TimeProvider.System), NullLogger.Instance);
        window.Start(_dispatcher, _ => { }, () => { });
        window.Wait("a", 0);
        Assert.True(window.TryBeginLoad(out var load));
        window.Wait("a", 0);
        Assert.False(window.TryBeginLoad(out _));
        window.EndLoad(load, Destination.Never);
        Assert.True(window.TryBeginLoad(out load));
        window.EndLoad(load, Destination.Never);
        Assert.False(window.TryBeginLoad(out _));
    }

    private static QueueClock Clock(TimeProvider time) => new(time, mark: null, NullLogger.Instance);

    private static QueuedDelivery Delivery(long key, string destination) => new()
    {
        Key = key,
        MessageId = default,
        Envelope = new MessageEnvelope("", [], BodyType.SevenBit),
        ReceivedAt = Epoch,
        ExpiresAt = Epoch,
        Instructions = To(destination, "x@example.com"),
        MessageSize = 0,
    };
}
