using MailManager.Queue.Schedule;

namespace MailManager.Queue.Spool;

/// <summary>Turns messages that have become durable into deliveries, and keeps account of what they hold. Thread-safe.</summary>
internal sealed class DeliveryAdmission(DispatchWindow window, ContentBudget budget, BodyFileStore bodies, QueueMetrics metrics)
{
    /// <summary>Dispatches the deliveries of committed messages, with their content as long as the budget allows it.</summary>
    public void Admit(MessageBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            Admit(batch[i]);
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

    /// <summary>A delivery's row is gone, and perhaps its message's.</summary>
    public void Removed(bool isMessageRemoved) => metrics.Removed(isMessageRemoved);

    public void DeleteBodyFile(string name) => bodies.Delete(name);

    private void Admit(in MessageBatch.Entry entry)
    {
        var (message, spooled) = (entry.Message, entry.Spooled!);
        metrics.Accepted(message.Deliveries.Length);

        // Everything that deliveries share must stand before the first can be settled.
        var size = ContentBudget.SizeOf(entry.Content);
        var content = budget.TryHold(size) ? entry.Content : null;
        if (content is not null)
        {
            spooled.HeldBytes = size;
            spooled.SetHolders(message.Deliveries.Length);
        }

        for (var i = 0; i < message.Deliveries.Length; i++)
        {
            window.Enqueue(new QueuedDelivery
            {
                Key = entry.FirstDelivery + i,
                MessageId = message.Id,
                Envelope = message.Envelope,
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
