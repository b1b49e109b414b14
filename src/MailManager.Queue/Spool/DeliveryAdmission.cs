using MailManager.Queue.Schedule;

namespace MailManager.Queue.Spool;

/// <summary>Turns messages that have become durable into deliveries, and keeps account of what they hold. Thread-safe.</summary>
internal sealed class DeliveryAdmission(DispatchWindow window, ContentBudget budget, BodyFileStore bodies, QueueMetrics metrics)
{
    public DispatchWindow Window => window;

    /// <summary>Dispatches the deliveries of committed messages, with their content as long as the budget allows it.</summary>
    public void Admit(MessageBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            Admit(batch[i], batch.StatesOf(batch[i]));
        }
    }

    /// <summary>Gives back what a delivery holds of its message in memory.</summary>
    public void ReleaseContent(QueuedDelivery delivery)
    {
        if (delivery.Content is not { } content)
        {
            return;
        }

        delivery.Content = null;
        content.Release();
        if (delivery.Spooled!.ReleaseHolder())
        {
            budget.Release(delivery.Spooled.HeldBytes);
        }
    }

    /// <summary>A settlement is durable.</summary>
    /// <param name="delivery">Whose.</param>
    /// <param name="update">What its row says now; null: it is gone.</param>
    /// <param name="isMessageRemoved">And so is its message's.</param>
    public void Settled(long delivery, DeliveryUpdate? update, bool isMessageRemoved)
    {
        window.Settled(delivery);
        if (update is null)
        {
            metrics.Removed(isMessageRemoved);
        }
        else
        {
            window.Wait(update.Destination, update.NextAttemptAt);
        }
    }

    /// <summary>An order that changed a row is durable.</summary>
    public void Ordered(OrderedRow row)
    {
        if (row.State is null)
        {
            metrics.Removed(row.IsMessageRemoved);
            if (row is { IsMessageRemoved: true, File: { } file })
            {
                bodies.Delete(file);
            }
        }
        else
        {
            window.Wait(row.Destination, row.NextAttemptAt);
        }
    }

    public void DeleteBodyFile(string name) => bodies.Delete(name);

    private void Admit(in MessageBatch.Entry entry, ReadOnlySpan<RowState> states)
    {
        var (message, spooled) = (entry.Message, entry.Spooled!);
        metrics.Accepted(message.Deliveries.Length);

        // Everything that deliveries share must stand before the first can be settled.
        var size = ContentBudget.SizeOf(entry.Content);
        var holders = states.Count(RowState.InMemory);
        var content = holders > 0 && budget.TryHold(size) ? entry.Content : null;
        if (content is not null)
        {
            spooled.HeldBytes = size;
            spooled.SetHolders(holders);
        }

        for (var i = 0; i < message.Deliveries.Length; i++)
        {
            if (states[i] == RowState.Waiting)
            {
                window.Wait(message.Deliveries[i].Destination, window.Clock.FromWall(message.ReceivedAt));
                continue;
            }

            window.Enqueue(new QueuedDelivery
            {
                Key = entry.FirstDelivery + i,
                MessageId = message.Id,
                Envelope = message.Envelope,
                Clock = window.Clock,
                ReceivedAt = message.ReceivedAt,
                ExpiresAt = message.ExpiresAt,
                Instructions = message.Deliveries[i],
                MessageSize = entry.Content.Length,
                Content = content?.AddReference(),
                Spooled = spooled,
            });
        }
    }
}
