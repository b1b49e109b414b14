using System.Collections.Immutable;
using MailManager.Messages.Envelope;
using MailManager.Queue.Administration;
using MailManager.Queue.History;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Administration;

/// <summary>What was decided when a message came is kept with it, found and asked for.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private readonly SpoolDirectory _directory = new();
    private readonly SetClock _time = new(Epoch);
    private readonly TestDispatcher _dispatcher = new();
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

    [Theory]
    [InlineData(200)]
    [InlineData(20_000)]
    [InlineData(100_000)]
    public async Task A_message_is_found_with_its_history_over_a_restart(int size)
    {
        var message = new QueuedMessage
        {
            Id = MessageId.New(Epoch),
            Origin = "front-door",
            ReceivedAt = Epoch,
            ExpiresAt = Epoch.AddDays(4),
            Envelope = new MessageEnvelope("s@example.org", ["a@x.com", "b@x.com", "c@x.com", "d@x.com"], default),
            History = TestHistory.Received,
            Deliveries = [To("relay:a", "a@x.com"), To("relay:b", "b@x.com", "c@x.com")],
        };
        await AcceptAsync(_queue, Message(To("relay:c", "before@x.com")), Content(10));
        await AcceptAsync(_queue, message, Content(size, size > 64 << 10 ? _queue : null));
        await AcceptAsync(_queue, Message(To("relay:c", "behind@x.com")), Content(10));
        await _queue.StopAsync();
        _queue = _directory.Open(_time);

        var found = await _queue.Administration.FindAsync(message.Id);
        Assert.Equal(message.Envelope.Recipients, found!.Recipients);
        Assert.Equal(["relay:a", "relay:b"], found.Deliveries.Select(entry => entry.Destination));
        var history = Assert.IsType<MessageHistory.Received>(found.History);
        Assert.Equal(TestHistory.Received.Session, history.Session);
        Assert.Equal("3(Conditions[0].AnyOf[1]+Conditions[0].AnyOf[2]),default,several", string.Join(',', history.Policy.Statements));
        Assert.Equal("Rules[0],spam-1(Conditions[1].AnyOf[0]),(Later)", string.Join(',', history.Rules.Rules));
    }

    [Fact]
    public async Task What_is_done_or_never_was_is_not_found()
    {
        var message = Message(To("relay:a", "x@example.com"));
        await AcceptAsync(_queue, message, Content(10));
        Assert.NotNull(await _queue.Administration.FindAsync(message.Id));
        Assert.Null(await _queue.Administration.FindAsync(MessageId.New(DateTimeOffset.UtcNow)));
        Assert.Null(await _queue.Administration.FindAsync(default));
        _queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement());
        await QueueStates.UntilAsync(() => _queue.Messages == 0);
        Assert.Null(await _queue.Administration.FindAsync(message.Id));
    }

    [Fact]
    public async Task A_message_is_found_with_the_deliveries_that_are_left()
    {
        var message = Message(To("relay:a", "x@example.com"), To("relay:b", "y@example.com"));
        await AcceptAsync(_queue, message, Content(10));
        _queue.Settle(await _dispatcher.TakeAsync(), new DeliverySettlement());
        await QueueStates.UntilAsync(() => _queue.Deliveries == 1);
        var found = await _queue.Administration.FindAsync(message.Id);
        Assert.Equal("relay:b", Assert.Single(found!.Deliveries).Destination);
        Assert.Null(found.History);
    }

    [Fact]
    public async Task A_notification_names_the_message_that_it_tells_of()
    {
        var told = MessageId.New(Epoch);
        var notification = Message(To("relay:a", "x@example.com"), new MessageHistory.Notification(told));
        await AcceptAsync(_queue, notification, Content(10));
        var found = await _queue.Administration.FindAsync(notification.Id);
        Assert.Equal(new MessageHistory.Notification(told), found!.History);
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_hinders_nothing()
    {
        var message = Message(To("relay:a", "x@example.com"), TestHistory.Typical);
        await AcceptAsync(_queue, message, Content(10));
        await _queue.StopAsync();
        _directory.Query("UPDATE message SET history=x'0901'");
        _queue = _directory.Open(_time);
        _queue.Start(_dispatcher);
        await _dispatcher.TakeAsync();
        var found = await _queue.Administration.FindAsync(message.Id);
        Assert.Null(found!.History);
        Assert.Single(found.Deliveries);
        Assert.Equal(0, await CountAsync("rule=to-mailboxes"));
    }

    [Theory]
    [InlineData("rule=spam-1", 1)]
    [InlineData("rule=SPAM", 1)]
    [InlineData("rule=later", 1)]
    [InlineData("rule=rules[0]", 1)]
    [InlineData("rule=rules[2]", 0)]
    [InlineData("rule~mail", 1)]
    [InlineData("rule=*a*", 2)]
    [InlineData("rule!=spam", 2)]
    [InlineData("rule=\"\"", 0)]
    [InlineData("policy=front-policy", 1)]
    [InlineData("policy=*-policy", 2)]
    [InlineData("policy=\"\"", 1)]
    [InlineData("not (rule=spam or policy=inbound-policy)", 1)]
    [InlineData("destination=relay:a and rule=to-mailboxes", 1)]
    public async Task Deliveries_are_asked_for_by_what_was_decided(string filter, int count)
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com"), TestHistory.Received), Content(10));
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com"), TestHistory.Typical), Content(10));
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(10));
        Assert.Equal(count, await CountAsync(filter));
    }

    [Fact]
    public async Task An_order_is_for_what_a_rule_matched()
    {
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com"), TestHistory.Received), Content(10));
        await AcceptAsync(_queue, Message(To("relay:a", "x@example.com"), TestHistory.Typical), Content(20));
        for (var i = 0; i < 2; i++)
        {
            var delivery = await _dispatcher.TakeAsync();
            _queue.Settle(delivery, new DeliverySettlement { Remaining = delivery.Instructions.Recipients, NextAttemptAt = Epoch.AddHours(1) });
        }

        await _queue.UntilWaitingAsync(2);
        var page = await _queue.Administration.ReadAsync(QueueFilter.TryParse("rule=spam", out _)!, 0, 10);
        Assert.Equal(1, await _queue.Administration.OrderAsync(new DeliveryOrder(OrderKind.Drop, "ann"), [.. page.Entries.Select(entry => entry.Delivery)]));
        Assert.Equal(20, Assert.Single((await _queue.Administration.ReadAsync(QueueFilter.All, 0, 10)).Entries).Size);
    }

    private async Task<int> CountAsync(string filter) => (await _queue.Administration.ReadAsync(QueueFilter.TryParse(filter, out _)!, 0, 10)).Entries.Count;
}
