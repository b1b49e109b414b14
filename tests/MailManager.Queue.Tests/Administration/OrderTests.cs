using MailManager.Queue.Administration;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Administration;

public sealed class OrderTests : IAsyncLifetime
{
    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch);
    private TestDispatcher _dispatcher = new();
    private MailQueue _queue = null!;

    public ValueTask InitializeAsync()
    {
        _queue = _directory.Open(_time);
        _queue.Start(_dispatcher);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.StopAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_list_shows_states_and_pages_through_all()
    {
        await DeferAsync(To("relay:a", "x@example.com"));
        var held = await DeferAsync(To("relay:b", "y@example.com", "z@example.com"));
        Assert.Equal(1, await OrderAsync(OrderKind.Hold, held));
        await AcceptAsync(_queue, Message(To("relay:c", "x@example.com")), Content(10));
        await _dispatcher.TakeAsync();

        List<QueueEntry> all = [];
        for (long? after = 0; after is { } from;)
        {
            var page = await _queue.Administration.ReadAsync(QueueFilter.All, from, 1);
            Assert.InRange(page.Entries.Count, 0, 1);
            all.AddRange(page.Entries);
            after = page.Next;
        }

        Assert.Equal([DeliveryState.Deferred, DeliveryState.Held, DeliveryState.InAttempt], all.Select(entry => entry.State));
        Assert.Equal(("relay:b", "sender@example.org", "front-door", 1, "busy"), (all[1].Destination, all[1].Sender, all[1].IngressPoint, all[1].Attempts, all[1].LastReply));
        Assert.Equal(["y@example.com", "z@example.com"], all[1].Recipients);
        _time.Advance(TimeSpan.FromMinutes(1));
        await _dispatcher.TakeAsync();
        Assert.Equal(held, Assert.Single((await _queue.Administration.ReadAsync(QueueFilter.TryParse("state=held and domain=example.com", out _)!, 0, 10)).Entries).Delivery);
    }

    [Fact]
    public async Task A_hold_lasts_over_a_restart_until_it_is_released()
    {
        var held = await DeferAsync(To("relay:a", "x@example.com"));
        Assert.Equal(1, await OrderAsync(OrderKind.Hold, held));
        await ReopenAsync();
        _time.Advance(TimeSpan.FromDays(4) - TimeSpan.FromMilliseconds(1));
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        Assert.NotEqual(held, (await _dispatcher.TakeAsync()).Key);
        Assert.Equal(0, await OrderAsync(OrderKind.Retry, held));
        Assert.Equal(1, await OrderAsync(OrderKind.Release, held));
        Assert.Equal(held, (await _dispatcher.TakeAsync()).Key);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_held_comes_when_it_expires_with_that_it_did(bool isReopened)
    {
        var held = await DeferAsync(To("relay:a", "x@example.com"));
        await OrderAsync(OrderKind.Hold, held);
        var entry = Assert.Single((await _queue.Administration.ReadAsync(QueueFilter.All, 0, 10)).Entries);
        Assert.Equal((DeliveryState.Held, Epoch.AddDays(4)), (entry.State, entry.NextAttemptAt));
        if (isReopened)
        {
            await ReopenAsync();
        }

        _time.Advance(TimeSpan.FromDays(4) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _dispatcher.Waiting);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal((held, true), (delivery.Key, delivery.HasExpiredHeld));

        // Its sender could not be told: it comes again, and is still not to be tried.
        await SettleAsDeferredAsync(delivery);
        _time.Advance(TimeSpan.FromMinutes(1));
        delivery = await _dispatcher.TakeAsync();
        Assert.True(delivery.HasExpiredHeld);
        _queue.Settle(delivery, new DeliverySettlement());
        await QueueStates.UntilAsync(() => _queue.Deliveries == 0);
    }

    [Fact]
    public async Task One_that_expired_while_the_gateway_was_stopped_comes_at_the_start()
    {
        var held = await DeferAsync(To("relay:a", "x@example.com"));
        await OrderAsync(OrderKind.Hold, held);
        await _queue.StopAsync();
        _time.Advance(TimeSpan.FromDays(5));
        await ReopenAsync();
        Assert.True((await _dispatcher.TakeAsync()).HasExpiredHeld);
    }

    [Fact]
    public async Task A_hold_that_was_ordered_during_an_attempt_ends_at_expiry_too()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        var delivery = await _dispatcher.TakeAsync();
        await OrderAsync(OrderKind.Hold, delivery.Key);
        await SettleAsDeferredAsync(delivery);
        _time.Advance(TimeSpan.FromDays(4) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _dispatcher.Waiting);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await _dispatcher.TakeAsync()).HasExpiredHeld);
    }

    [Fact]
    public async Task What_is_held_stays_so_at_another_destination()
    {
        var held = await DeferAsync(To("relay:a", "x@example.com"));
        await OrderAsync(OrderKind.Hold, held);
        Assert.Equal(1, await _queue.Administration.OrderAsync(new DeliveryOrder(OrderKind.Reroute, "ann", "relay:b"), [held]));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, _dispatcher.Waiting);
        Assert.Equal(1, await OrderAsync(OrderKind.Release, held));
        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal(("relay:b", false), (delivery.Instructions.Destination, delivery.HasExpiredHeld));
    }

    [Fact]
    public async Task A_retry_is_now_and_a_reroute_is_to_the_new_destination()
    {
        var first = await DeferAsync(To("relay:a", "x@example.com"));
        Assert.Equal(1, await OrderAsync(OrderKind.Retry, first));
        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal((first, 1), (delivery.Key, delivery.Attempts));

        var second = await DeferAsync(To("relay:a", "y@example.com"));
        Assert.Equal(1, await _queue.Administration.OrderAsync(new DeliveryOrder(OrderKind.Reroute, "ann", "relay:b"), [second]));
        delivery = await _dispatcher.TakeAsync();
        Assert.Equal((second, "relay:b"), (delivery.Key, delivery.Instructions.Destination));
    }

    [Fact]
    public async Task A_bounce_comes_to_the_dispatcher_with_who_ordered_it_also_after_a_restart()
    {
        var key = await DeferAsync(To("relay:a", "x@example.com"));
        await OrderAsync(OrderKind.Bounce, key);
        Assert.Equal("ann", (await _dispatcher.TakeAsync()).BouncedBy);
        await ReopenAsync();
        Assert.Equal("ann", (await _dispatcher.TakeAsync()).BouncedBy);
    }

    [Fact]
    public async Task A_drop_takes_the_message_with_its_last_delivery_and_its_file()
    {
        var content = Content(100_000, _queue);
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com"), To("relay:b", "y@example.com")), content);
        await SettleAsDeferredAsync(await _dispatcher.TakeAsync());
        await SettleAsDeferredAsync(await _dispatcher.TakeAsync());
        Assert.Equal(1, await OrderAsync(OrderKind.Drop, 1));
        Assert.Equal((1, 1), (_queue.Messages, _queue.Deliveries));
        Assert.Equal(1, _directory.Query("SELECT count(*) FROM message"));
        Assert.Equal(1, await OrderAsync(OrderKind.Drop, 2));
        Assert.Equal(0, await OrderAsync(OrderKind.Drop, 2));
        Assert.Equal((0, 0), (_queue.Messages, _queue.Deliveries));
        Assert.Equal((0, 0), (_directory.Query("SELECT count(*) FROM message"), _directory.Query("SELECT count(*) FROM attempt")));
        await QueueStates.UntilAsync(() => Directory.GetFiles(_directory.Bodies).Length == 0);
    }

    [Theory]
    [InlineData(OrderKind.Hold)]
    [InlineData(OrderKind.Drop)]
    [InlineData(OrderKind.Bounce)]
    public async Task An_order_for_a_delivery_that_is_out_counts_when_it_comes_back(OrderKind kind)
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal(1, await OrderAsync(kind, delivery.Key));
        await SettleAsDeferredAsync(delivery);
        Assert.Equal(kind == OrderKind.Drop ? 0 : 1, _queue.Deliveries);
        Assert.Equal(kind == OrderKind.Hold ? 1 : 0, _directory.Query("SELECT count(*) FROM delivery WHERE state=2"));
        if (kind == OrderKind.Bounce)
        {
            Assert.Equal("ann", (await _dispatcher.TakeAsync()).BouncedBy);
        }
    }

    [Fact]
    public async Task A_delivery_that_is_done_meanwhile_stays_done()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        var delivery = await _dispatcher.TakeAsync();
        await OrderAsync(OrderKind.Hold, delivery.Key);
        _queue.Settle(delivery, new DeliverySettlement());
        await QueueStates.UntilAsync(() => _queue.Deliveries == 0);
        Assert.Equal(0, await OrderAsync(OrderKind.Release, delivery.Key));
    }

    [Fact]
    public async Task The_first_and_the_last_attempts_are_kept()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        for (var i = 1; i <= 40; i++)
        {
            var delivery = await _dispatcher.TakeAsync();
            _queue.Settle(delivery, new DeliverySettlement
            {
                Remaining = ["x@example.com"],
                NextAttemptAt = Epoch,
                Attempt = new DeliveryAttempt { At = Epoch.AddMinutes(i), Duration = TimeSpan.FromMilliseconds(1500), Peer = "mx [127.0.0.1:25]", Tls = "Tls13", Outcome = $"451 number {i}" },
            });
        }

        await _dispatcher.TakeAsync();
        var attempts = await _queue.Administration.ReadAttemptsAsync(1);
        Assert.Equal([1, 2, 3, 4, 5, .. Enumerable.Range(26, 15)], attempts.Select(attempt => attempt.Number));
        Assert.Equal(
            new DeliveryAttempt { At = Epoch.AddMinutes(40), Duration = TimeSpan.FromMilliseconds(1500), Peer = "mx [127.0.0.1:25]", Tls = "Tls13", Outcome = "451 number 40" },
            attempts[^1].Attempt);
    }

    private Task<int> OrderAsync(OrderKind kind, long delivery) => _queue.Administration.OrderAsync(new DeliveryOrder(kind, "ann"), [delivery]);

    /// <summary>Its first attempt fails; the next is in a minute.</summary>
    private async Task<long> DeferAsync(DeliveryInstructions instructions)
    {
        await AcceptAsync(_queue, Message(instructions), Content(10));
        var delivery = await _dispatcher.TakeAsync();
        await SettleAsDeferredAsync(delivery);
        return delivery.Key;
    }

    private async Task SettleAsDeferredAsync(QueuedDelivery delivery)
    {
        _queue.Settle(delivery, new DeliverySettlement
        {
            Remaining = delivery.Instructions.Recipients,
            NextAttemptAt = _time.GetUtcNow().AddMinutes(1),
            Failure = "busy",
            Attempt = new DeliveryAttempt { At = Epoch, Duration = TimeSpan.Zero, Outcome = "busy" },
        });

        // An order for nobody goes through the writer after what was settled before.
        await _queue.Administration.OrderAsync(new DeliveryOrder(OrderKind.Hold, "ann"), [long.MaxValue]);
    }

    private async Task ReopenAsync()
    {
        await _queue.StopAsync();
        _queue = _directory.Open(_time);
        _dispatcher = new TestDispatcher();
        _queue.Start(_dispatcher);
    }
}
