using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;
using MailManager.Smtp.Grammar;
using Microsoft.Extensions.Logging.Abstractions;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

public sealed class DispatchWindowTests
{
    private readonly TestDispatcher _dispatcher = new();
    private readonly DispatchWindow _window = new(limit: 2, NullLogger.Instance);

    [Fact]
    public async Task A_destination_over_its_limit_waits_in_order_and_holds_up_no_other()
    {
        _window.Start(_dispatcher, _ => { });
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
        _window.Start(_dispatcher, _ => { });
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
        _window.Start(_dispatcher, _ => { });
        for (var i = 0; i < 20_000; i++)
        {
            await _dispatcher.TakeAsync();
        }
    }

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
