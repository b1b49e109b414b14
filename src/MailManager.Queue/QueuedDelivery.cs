using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;
using MailManager.Queue.Spool;

namespace MailManager.Queue;

/// <summary>
/// One durable delivery: one message to one destination for one or more recipients, with the history of its attempts. Owned by the
/// queue while it waits and by the dispatcher from <see cref="IDeliveryDispatcher.Dispatch"/> until it is settled.
/// </summary>
public sealed class QueuedDelivery
{
    private static readonly DeliveryOrder NoMoreOrders = new(OrderKind.Retry, "");

    private readonly TimeSpan _offset;
    private int _isOut;
    private DeliveryOrder? _order;

    /// <summary>The spool's key of this delivery.</summary>
    public required long Key { get; init; }

    public required MessageId MessageId { get; init; }

    /// <summary>As received: reverse-path for notifications, declared body type.</summary>
    public required MessageEnvelope Envelope { get; init; }

    /// <summary>As the wall clock shows it now: when that is set, this moves along, as do the other times.</summary>
    public required DateTimeOffset ReceivedAt { get => field + Moved; init; }

    public required DateTimeOffset ExpiresAt { get => field + Moved; init; }

    /// <summary>Recipients still to be served are in here; a settlement replaces it when only some remain.</summary>
    public required DeliveryInstructions Instructions { get; set; }

    /// <summary>Attempts that ended, in all. The queue counts them at settlement.</summary>
    public int Attempts { get; set; }

    /// <summary>Text of the last failure, escaped; null before the first.</summary>
    public string? LastFailure { get; set; }

    /// <summary>Who ordered that it is not tried any more and its sender is told; null: nobody did.</summary>
    public string? BouncedBy { get; init; }

    /// <summary>It expired while an operator held it: it is not tried, and its sender is told.</summary>
    public bool HasExpiredHeld { get; init; }

    /// <summary>Size of the message in octets.</summary>
    public required long MessageSize { get; init; }

    /// <summary>The bytes while they are still in memory from reception; null: <see cref="IMailQueue.OpenContentAsync"/> reads them from the spool.</summary>
    public MessageContent? Content { get; set; }

    /// <summary>Null for deliveries that no queue made.</summary>
    internal SpooledMessage? Spooled { get; init; }

    /// <summary>The queue's; null for deliveries that no queue made.</summary>
    internal QueueClock? Clock
    {
        get;
        init
        {
            field = value;
            _offset = value?.Offset ?? default;
        }
    }

    /// <summary>An order waits for it to come back from the dispatcher.</summary>
    internal bool HasOrder => Volatile.Read(ref _order) is not null;

    /// <summary>By how much the wall clock has been set since this object was made.</summary>
    private TimeSpan Moved => Clock is { } clock ? clock.Offset - _offset : TimeSpan.Zero;

    /// <summary>The dispatcher has it.</summary>
    internal bool IsOut => Volatile.Read(ref _isOut) != 0;

    /// <summary>
    /// Leaves an order for when it comes back; the last one counts. An attempt at once is no news for it, and a release takes a hold back, but nothing
    /// else. False: it has come back already.
    /// </summary>
    internal bool TryOrder(DeliveryOrder order)
    {
        var left = order.Kind == OrderKind.Release ? null : order;
        var before = Volatile.Read(ref _order);
        while (!ReferenceEquals(before, NoMoreOrders))
        {
            if (order.Kind == OrderKind.Retry || (order.Kind == OrderKind.Release && before?.Kind != OrderKind.Hold))
            {
                return true;
            }

            var found = Interlocked.CompareExchange(ref _order, left, before);
            if (ReferenceEquals(found, before))
            {
                return true;
            }

            before = found;
        }

        return false;
    }

    /// <summary>It has come back: the order that was left, and no more from now on.</summary>
    internal DeliveryOrder? TakeOrder() => Interlocked.Exchange(ref _order, NoMoreOrders);

    /// <summary>The dispatcher has it now.</summary>
    internal void BeginAttempt() => Volatile.Write(ref _isOut, 1);

    /// <summary>The queue has it again; false when it already had.</summary>
    internal bool TryEndAttempt() => Interlocked.Exchange(ref _isOut, 0) == 1;
}
