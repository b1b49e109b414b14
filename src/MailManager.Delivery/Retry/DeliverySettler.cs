using System.Collections.Immutable;
using MailManager.Delivery.Dsn;
using MailManager.Messages.Headers;
using MailManager.Queue;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Retry;

/// <summary>
/// Turns the result of an attempt into the delivery's settlement: delivered recipients are done, others are tried again until the message
/// expires, failed ones are in a notification that becomes durable together with the settlement. Thread-safe.
/// </summary>
internal sealed class DeliverySettler(IMailQueue queue, RetrySchedule schedule, DsnBuilder notifications, TimeProvider time, DeliveryMetrics metrics, ILogger logger)
{
    private static readonly DeliverySettlement Done = new();

    /// <summary>Afterwards the delivery and its content belong to the queue.</summary>
    public ValueTask SettleAsync(QueuedDelivery delivery, AttemptResult result)
    {
        if (result.IsSuccess)
        {
            metrics.Delivered(delivery.Instructions.Recipients.Length);
            queue.Settle(delivery, Done);
            return ValueTask.CompletedTask;
        }

        return SettleFailureAsync(delivery, result);
    }

    private async ValueTask SettleFailureAsync(QueuedDelivery delivery, AttemptResult result)
    {
        var now = time.GetUtcNow();
        var isExpired = now >= delivery.ExpiresAt;
        var recipients = delivery.Instructions.Recipients;
        var remaining = ImmutableArray.CreateBuilder<string>();
        var failed = new List<DsnRecipient>();
        string? reason = null;
        for (var i = 0; i < recipients.Length; i++)
        {
            if (result.FailureOf(i) is not { } failure)
            {
                continue;
            }

            if (isExpired || FailurePolicy.IsPermanent(failure))
            {
                failed.Add(Describe(recipients[i], failure, result.RemoteMta));
            }
            else
            {
                remaining.Add(recipients[i]);
                reason ??= failure.ToString();
            }
        }

        AcceptedMessage? notification = null;
        try
        {
            notification = failed.Count > 0 ? await NotifyAsync(delivery, failed, now).ConfigureAwait(false) : null;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A fault of ours must not lose the news: they count as deferred, and fail again later.
            DeliveryLog.NotificationFault(logger, delivery.MessageId, fault);
            remaining.AddRange(failed.Select(recipient => recipient.Recipient));
            failed.Clear();
            reason ??= "no notification could be made";
        }

        metrics.Delivered(recipients.Length - remaining.Count - failed.Count);
        metrics.Deferred(remaining.Count);
        metrics.Failed(failed.Count);

        // Afterwards delivery and content are the queue's; of the notification it takes a reference of its own.
        queue.Settle(delivery, new DeliverySettlement
        {
            Remaining = remaining.ToImmutable(),
            NextAttemptAt = remaining.Count > 0 ? schedule.Next(now, delivery.Attempts, delivery.ExpiresAt) : default,
            Failure = reason,
            Notification = notification,
        });
        notification?.Content.Release();
    }

    private async ValueTask<AcceptedMessage?> NotifyAsync(QueuedDelivery delivery, List<DsnRecipient> failed, DateTimeOffset now)
    {
        foreach (var recipient in failed)
        {
            DeliveryLog.RecipientFailed(logger, delivery.MessageId, PeerText.Escape(recipient.Recipient), recipient.Status, recipient.Diagnostic);
        }

        if (delivery.Envelope.ReversePath.Length == 0)
        {
            DeliveryLog.NotificationDropped(logger, delivery.MessageId, "the reverse-path is null");
            metrics.NotificationDropped();
            return null;
        }

        var header = await ReadHeaderAsync(delivery).ConfigureAwait(false);
        var notification = notifications.Build(
            new DsnRequest
            {
                MessageId = delivery.MessageId,
                ReversePath = delivery.Envelope.ReversePath,
                ReceivedAt = delivery.ReceivedAt,
                Recipients = failed,
                Header = header,
            },
            now);
        if (notification is null)
        {
            DeliveryLog.NotificationDropped(logger, delivery.MessageId, "the reverse-path has no domain");
            metrics.NotificationDropped();
        }

        return notification;
    }

    /// <summary>A copy: the content may be gone before the notification is read. Without it, the notification just says less.</summary>
    private async ValueTask<byte[]> ReadHeaderAsync(QueuedDelivery delivery)
    {
        try
        {
            var content = delivery.Content?.AddReference() ?? await queue.OpenContentAsync(delivery, CancellationToken.None).ConfigureAwait(false);
            var index = new HeaderIndex();
            index.Build(content.Head.Span);
            var header = content.Head.Span[..Math.Min(index.Length, content.Head.Length)].ToArray();
            content.Release();
            return header;
        }
        catch (IOException fault)
        {
            DeliveryLog.ContentUnreadable(logger, delivery.MessageId, fault);
            return [];
        }
    }

    private static DsnRecipient Describe(string recipient, SmtpFailure failure, string? remoteMta) => new(
        recipient,
        FailurePolicy.StatusOf(failure),
        failure.HasReply ? PeerText.Escape(failure.Reply.ToString()) : failure.ToString(),
        failure.HasReply,
        remoteMta);
}
