using MailManager.Messages.Bytes;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests;

public sealed class QueueLifeTests : IAsyncLifetime
{
    private readonly SpoolDirectory _directory = new();
    private readonly TestDispatcher _dispatcher = new();
    private readonly FakeTimeProvider _time = new(Epoch);
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
    public async Task An_accepted_message_is_on_disk_dispatched_with_its_bytes_and_gone_when_settled()
    {
        var content = Content(10_000);
        var bytes = Bytes(content);
        var message = Message(To("relay:a", "x@example.com"));

        Assert.Equal(AcceptResult.Committed, await AcceptAsync(_queue, message, content));
        Assert.Equal(1, _directory.Query("SELECT count(*) FROM message"));
        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal(message.Id, delivery.MessageId);
        Assert.Same(message.Deliveries[0], delivery.Instructions);
        Assert.Equal(0, delivery.Attempts);
        Assert.Equal(bytes, Bytes(delivery.Content!));

        _queue.Settle(delivery, new DeliverySettlement());
        await _queue.StopAsync();
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM message"));
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM delivery"));
        Assert.Equal((0, 0), (_queue.Messages, _queue.Deliveries));
    }

    [Fact]
    public async Task The_content_is_released_by_everybody_when_its_deliveries_are_settled()
    {
        var content = Content(1000);
        await _queue.AcceptAsync(new AcceptedMessage(Message(To("relay:a", "x@example.com"), To("relay:b", "y@example.com")), content));
        for (var i = 0; i < 2; i++)
        {
            _queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement());
        }

        content.Release();
        Assert.Throws<ObjectDisposedException>(content.AddReference);
    }

    [Fact]
    public async Task A_message_stays_until_the_last_of_its_deliveries_is_done()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com"), To("relay:b", "y@example.com")), Content(100));
        var first = await _dispatcher.TakeAsync();
        var second = await _dispatcher.TakeAsync();

        _queue.Settle(second, new DeliverySettlement());
        await UntilAsync(() => _queue.Deliveries == 1);
        Assert.Equal(1, _directory.Query("SELECT count(*) FROM message"));

        _queue.Settle(first, new DeliverySettlement());
        await UntilAsync(() => _queue.Messages == 0);
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task Remaining_recipients_are_tried_again_when_their_time_has_come()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com", "y@example.com")), Content(100));
        var delivery = await _dispatcher.TakeAsync();
        _queue.Settle(
            delivery, new DeliverySettlement { Remaining = ["y@example.com"], NextAttemptAt = Epoch.AddMinutes(5), Failure = "451 4.2.1 busy" });

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _dispatcher.Waiting);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var again = await _dispatcher.TakeAsync();
        Assert.Equal(delivery.Key, again.Key);
        Assert.Equal(["y@example.com"], again.Instructions.Recipients);
        Assert.Equal((1, "451 4.2.1 busy"), (again.Attempts, again.LastFailure));
        Assert.Null(again.Content);
        var content = await _queue.OpenContentAsync(again, default);
        Assert.True(IsIntact(Bytes(content)));
        content.Release();
    }

    [Fact]
    public async Task A_notification_is_queued_by_the_settlement_that_carries_it()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(100));
        var notification = Message(To("mx:example.org", "sender@example.org"));
        var content = Content(300);
        var bytes = Bytes(content);
        _queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement { Notification = new AcceptedMessage(notification, content) });
        content.Release();

        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal(notification.Id, delivery.MessageId);
        Assert.Equal(bytes, Bytes(delivery.Content!));
        Assert.Equal(1, _directory.Query("SELECT count(*) FROM message"));
        Assert.Equal((1, 1), (_queue.Messages, _queue.Deliveries));
    }

    [Fact]
    public async Task Messages_accepted_together_become_durable_together()
    {
        var (first, second) = (Content(100), Content(200));
        var result = await _queue.AcceptAsync(
            new AcceptedMessage(Message(To("relay:a", "x@example.com")), first),
            new AcceptedMessage(Message(To("mx:example.org", "sender@example.org")), second));
        Assert.Equal(AcceptResult.Committed, result);
        Assert.Equal(2, _directory.Query("SELECT count(*) FROM message"));
        Assert.Equal(100, (await _dispatcher.TakeAsync()).MessageSize);
        Assert.Equal(200, (await _dispatcher.TakeAsync()).MessageSize);
    }

    [Fact]
    public async Task An_empty_message_comes_back_empty()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(0));
        var delivery = await _dispatcher.TakeAsync();
        _queue.Settle(delivery, new DeliverySettlement { Remaining = ["x@example.com"], NextAttemptAt = Epoch });
        delivery = await _dispatcher.TakeAsync();
        var content = await _queue.OpenContentAsync(delivery, default);
        Assert.Equal((0, true), (content.Length, content.IsInMemory));
    }

    [Fact]
    public async Task A_large_body_stays_in_its_file_which_goes_with_the_message()
    {
        var content = Content(200_000, _queue);
        var bytes = Bytes(content);
        Assert.Equal(AcceptResult.Committed, await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), content));
        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal(bytes, Bytes(delivery.Content!));
        Assert.Equal(0, _directory.Query("SELECT coalesce(sum(length(body)),0) FROM message"));

        _queue.Settle(delivery, new DeliverySettlement { Remaining = ["x@example.com"], NextAttemptAt = Epoch });
        delivery = await _dispatcher.TakeAsync();
        var read = await _queue.OpenContentAsync(delivery, default);
        Assert.Equal(bytes, Bytes(read));
        Assert.Equal(50_000, read.Head.Length);
        read.Release();

        _queue.Settle(delivery, new DeliverySettlement());
        await UntilAsync(() => Directory.GetFiles(_directory.Bodies).Length == 0);
    }

    [Fact]
    public async Task Over_the_content_budget_bytes_come_from_the_spool()
    {
        await _queue.StopAsync();
        _queue = _directory.Open(_time, path => new MailQueueOptions { Directory = path, ContentBudget = 20_000 });
        _queue.Start(_dispatcher);
        List<QueuedDelivery> deliveries = [];
        for (var i = 0; i < 3; i++)
        {
            await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(8000));
            deliveries.Add(await _dispatcher.TakeAsync());
        }

        Assert.Equal([false, false, true], deliveries.Select(delivery => delivery.Content is null));
        var content = await _queue.OpenContentAsync(deliveries[2], default);
        Assert.True(IsIntact(Bytes(content)));
        content.Release();

        _queue.Settle(deliveries[0], new DeliverySettlement());
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(8000));
        Assert.NotNull((await _dispatcher.TakeAsync()).Content);
    }

    [Fact]
    public async Task Misuse_is_told()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        var delivery = await _dispatcher.TakeAsync();
        _queue.Settle(delivery, new DeliverySettlement());
        Assert.Throws<InvalidOperationException>(() => _queue.Settle(delivery, new DeliverySettlement()));

        var content = Content(10);
        await Assert.ThrowsAsync<ArgumentException>(() => _queue.AcceptAsync(new AcceptedMessage(Message(), content)).AsTask());
        content.Release();
        Assert.Throws<ObjectDisposedException>(content.AddReference);

        var inFile = Content(1000, _queue);
        Assert.Equal(AcceptResult.Committed, await _queue.AcceptAsync(new AcceptedMessage(Message(To("relay:a", "x@example.com")), inFile)));
        await Assert.ThrowsAsync<ArgumentException>(
            () => _queue.AcceptAsync(new AcceptedMessage(Message(To("relay:a", "x@example.com")), inFile)).AsTask());
        inFile.Release();
    }

    [Fact]
    public async Task After_a_stop_nothing_is_accepted()
    {
        await _queue.StopAsync();
        Assert.Equal(QueueHealth.Stopped, _queue.Health);
        Assert.Equal(AcceptResult.StorageFailed, await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10)));
    }

    [Fact]
    public async Task All_settlements_that_wait_at_a_stop_are_written()
    {
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10))));
        List<QueuedDelivery> deliveries = [];
        while (deliveries.Count < 2000)
        {
            deliveries.Add(await _dispatcher.TakeAsync());
        }

        foreach (var delivery in deliveries)
        {
            _queue.Settle(delivery, new DeliverySettlement());
        }

        await _queue.StopAsync();
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM delivery"));
    }

    [Fact]
    public async Task A_dispatcher_that_throws_gets_the_delivery_again_a_minute_later()
    {
        _dispatcher.OnDispatch = _ => throw new InvalidOperationException("bug");
        Assert.Equal(AcceptResult.Committed, await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10)));
        _dispatcher.OnDispatch = null;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await _dispatcher.TakeAsync()).Attempts);
    }

    [Fact]
    public async Task Space_goes_back_to_the_file_system_in_quiet_times()
    {
        await _queue.StopAsync();
        _queue = _directory.Open(_time, path => new MailQueueOptions { Directory = path, IdleDelay = TimeSpan.FromMilliseconds(50) });
        _queue.Start(_dispatcher);
        var accepts = Enumerable.Range(0, 400).Select(_ => AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(20_000)));
        Assert.All(await Task.WhenAll(accepts), result => Assert.Equal(AcceptResult.Committed, result));
        for (var i = 0; i < 400; i++)
        {
            _queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement());
        }

        await UntilAsync(() => new FileInfo(_directory.Database).Length < 2 << 20 && new FileInfo(_directory.Database + "-wal").Length == 0);
    }

    [Fact]
    public async Task Every_writer_of_many_gets_its_own_answer()
    {
        _dispatcher.OnDispatch = delivery => _queue.Settle(delivery, new DeliverySettlement());
        var writers = Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; i < 50; i++)
            {
                var size = 100 + (writer * i);
                var result = await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(size));
                Assert.Equal(AcceptResult.Committed, result);
            }
        });
        await Task.WhenAll(writers);
        await UntilAsync(() => _queue.Messages == 0);
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM delivery"));
    }

    /// <summary>Waits for a state that nothing announces; fails after half a minute.</summary>
    private static async Task UntilAsync(Func<bool> condition) =>
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30))));
}
