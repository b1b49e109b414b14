using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Spool;

/// <summary>
/// An order for some deliveries on its way: those in memory get it with them, the rows of the others are changed in one transaction. Belongs to
/// the writer's thread once handed over.
/// </summary>
internal sealed class OrderOperation(DeliveryOrder order, IReadOnlyList<long> deliveries, DeliveryAdmission admission, BacklogLoader loader, ILogger logger)
{
    private readonly TaskCompletionSource<OrderOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<OrderedRow> _rows = [];
    private readonly List<long> _again = [];
    private int _inMemory;

    /// <summary>Fails with <see cref="SpoolException"/> when the rows could not be changed; then none was.</summary>
    public Task<OrderOutcome> Task => _completion.Task;

    /// <summary>Deliveries are neither read nor settled meanwhile.</summary>
    public Lock Turn => loader.Turn;

    public void Apply(SpoolStore store)
    {
        foreach (var key in deliveries)
        {
            if (admission.Window.Find(key) is { } delivery)
            {
                if (delivery.TryOrder(order))
                {
                    _inMemory++;
                }
                else
                {
                    _again.Add(key);
                }
            }
            else if (store.FindRow(key) is { } row && Change(store, row) is { } changed)
            {
                _rows.Add(changed);
            }
        }
    }

    /// <summary>The transaction is durable.</summary>
    public void Complete()
    {
        foreach (var row in _rows)
        {
            QueueLog.Ordered(logger, order.Kind, row.MessageId, row.Delivery, order.By);
            admission.Ordered(row);
        }

        _completion.SetResult(new OrderOutcome(_rows.Count + _inMemory, _again));
    }

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>Null: the order says nothing to a delivery in this state.</summary>
    private OrderedRow? Change(SpoolStore store, OrderedRow row)
    {
        if (order.Kind == OrderKind.Drop)
        {
            return row with { State = null, IsMessageRemoved = new SpooledMessage(row.Message, row.File).RemoveDelivery(store, row.Delivery, hasAttempts: true) };
        }

        var now = admission.Window.Clock.Now;
        OrderedRow? changed = (order.Kind, row.State) switch
        {
            (OrderKind.Retry, RowState.Waiting) or (OrderKind.Release, RowState.Held) => row with { State = RowState.Waiting, NextAttemptAt = now },
            (OrderKind.Hold, RowState.Waiting) => row with { State = RowState.Held, NextAttemptAt = row.ExpiresAt },
            (OrderKind.Reroute, RowState.Waiting) => row with { Destination = order.Destination!, NextAttemptAt = now },
            (OrderKind.Reroute, RowState.Held) => row with { Destination = order.Destination! },
            (OrderKind.Bounce, RowState.Waiting or RowState.Held) => row with { State = RowState.Waiting, BouncedBy = order.By, NextAttemptAt = now },
            _ => null,
        };
        if (changed is not null)
        {
            store.ChangeRow(changed);
        }

        return changed;
    }
}

/// <summary>What came of an order.</summary>
/// <param name="Done">Deliveries for which it counts, at once or when they come back.</param>
/// <param name="Again">Those that were just coming back: to be tried again.</param>
internal sealed record OrderOutcome(int Done, IReadOnlyList<long> Again);

/// <summary>A row of <c>delivery</c>, as far as orders change it, with what its removal needs.</summary>
internal sealed record OrderedRow
{
    public required long Delivery { get; init; }

    public required long Message { get; init; }

    public required MessageId MessageId { get; init; }

    public required string Destination { get; init; }

    /// <summary>Null: the row is gone.</summary>
    public required RowState? State { get; init; }

    /// <summary>In milliseconds of the queue's clock; of a held row, when it expires.</summary>
    public required long NextAttemptAt { get; init; }

    /// <summary>The message's, in milliseconds of the queue's clock.</summary>
    public required long ExpiresAt { get; init; }

    public string? BouncedBy { get; init; }

    /// <summary>The message's body file.</summary>
    public string? File { get; init; }

    public bool IsMessageRemoved { get; init; }
}
