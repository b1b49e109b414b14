using MailManager.Queue.Schedule;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue;

/// <summary>
/// Takes deliveries back from the dispatcher: how the attempt ended, and an order that came meanwhile, become an update of their rows. Thread-safe.
/// </summary>
internal sealed class Settlements(SpoolWriter writer, DeliveryAdmission admission, ILogger logger)
{
    /// <summary>After the dispatcher threw, in milliseconds.</summary>
    private const long RefusalDelay = 60_000;

    private QueueClock Clock => admission.Window.Clock;

    /// <summary>As <see cref="IMailQueue.Settle"/>.</summary>
    public void Settle(QueuedDelivery delivery, DeliverySettlement settlement)
    {
        if (delivery.Spooled is null)
        {
            throw new ArgumentException("The delivery is not from a queue.", nameof(delivery));
        }

        if (!settlement.RemainingOptions.IsEmpty && settlement.RemainingOptions.Length != settlement.Remaining.Length)
        {
            throw new ArgumentException("There are not as many options as recipients.", nameof(settlement));
        }

        // What can throw comes before the delivery changes hands.
        var notification = ToBatch(settlement.Notification);
        if (!delivery.TryEndAttempt())
        {
            notification?.Clear();
            throw new InvalidOperationException($"Delivery {delivery.Key} is settled already.");
        }

        var hadAttempts = delivery.Attempts > 0;
        var order = delivery.TakeOrder();
        var update = settlement.Remaining.IsDefaultOrEmpty ? null : Obey(delivery, order, Defer(delivery, settlement));
        Write(delivery, hadAttempts, update, notification);
    }

    /// <summary>The dispatcher did not take it, or was not even asked, because of an order. That is no attempt.</summary>
    public void Refuse(QueuedDelivery delivery)
    {
        if (!delivery.TryEndAttempt())
        {
            return;
        }

        var update = Waiting(delivery, Clock.Now + RefusalDelay, delivery.LastFailure);
        Write(delivery, delivery.Attempts > 0, Obey(delivery, delivery.TakeOrder(), update), notification: null);
    }

    private void Write(QueuedDelivery delivery, bool hadAttempts, DeliveryUpdate? update, MessageBatch? notification)
    {
        admission.ReleaseContent(delivery);
        writer.Settle(new SettleOperation(admission)
        {
            Delivery = delivery.Key,
            Message = delivery.Spooled!,
            HasAttempts = hadAttempts,
            Update = update,
            Notification = notification,
        });
        admission.Window.Complete(delivery.Instructions.Destination);
    }

    private DeliveryUpdate Defer(QueuedDelivery delivery, DeliverySettlement settlement)
    {
        delivery.Attempts++;
        delivery.LastFailure = settlement.Failure;
        ReadOnlyMemory<byte> instructions = default;
        if (!settlement.Remaining.AsSpan().SequenceEqual(delivery.Instructions.Recipients.AsSpan())
            || !settlement.RemainingOptions.AsSpan().SequenceEqual(delivery.Instructions.RecipientOptions.AsSpan()))
        {
            delivery.Instructions = delivery.Instructions with { Recipients = settlement.Remaining, RecipientOptions = settlement.RemainingOptions };
            instructions = InstructionsRecord.ToArray(delivery.Instructions);
        }

        return Waiting(delivery, Clock.FromWall(settlement.NextAttemptAt), settlement.Failure) with
        {
            Instructions = instructions,
            Attempt = settlement.Attempt is { } attempt ? new AttemptRow(Clock.FromWall(attempt.At), attempt) : null,
        };
    }

    /// <summary>One that expired while it was held is not tried after all, even if its sender could not be told yet.</summary>
    private static DeliveryUpdate Waiting(QueuedDelivery delivery, long nextAttemptAt, string? failure) => new()
    {
        Destination = delivery.Instructions.Destination,
        State = delivery.HasExpiredHeld ? RowState.Held : RowState.Waiting,
        Attempts = delivery.Attempts,
        NextAttemptAt = nextAttemptAt,
        Failure = failure,
        BouncedBy = delivery.BouncedBy,
    };

    /// <summary>Carries out the order that came while the delivery was in memory; null: nothing remains of it.</summary>
    private DeliveryUpdate? Obey(QueuedDelivery delivery, DeliveryOrder? order, DeliveryUpdate update)
    {
        if (order is null)
        {
            return update;
        }

        QueueLog.Ordered(logger, order.Kind, delivery.MessageId, delivery.Key, order.By);
        return order.Kind switch
        {
            OrderKind.Hold => update with { State = RowState.Held, NextAttemptAt = Clock.FromWall(delivery.ExpiresAt) },
            OrderKind.Reroute => update with { Destination = order.Destination!, NextAttemptAt = Clock.Now },
            OrderKind.Bounce => update with { State = RowState.Waiting, BouncedBy = order.By, NextAttemptAt = Clock.Now },
            _ => null,
        };
    }

    private static MessageBatch? ToBatch(AcceptedMessage? notification)
    {
        if (notification is not { } message)
        {
            return null;
        }

        var batch = new MessageBatch();
        batch.Add(message);
        return batch;
    }
}
