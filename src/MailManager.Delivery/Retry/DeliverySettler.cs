using System.Collections.Immutable;
using MailManager.Delivery.Dsn;
using MailManager.Messages.Bytes;
using MailManager.Messages.Headers;
using MailManager.Queue;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Retry;

/// <summary>
/// Turns the result of an attempt into the delivery's settlement: delivered recipients are done, others are tried again until the message
/// expires, failed ones are in a notification that becomes durable together with the settlement, as are successes and delays that were asked
/// for. Thread-safe.
/// </summary>
internal sealed class DeliverySettler(IMailQueue queue, RetrySchedule schedule, DsnBuilder notifications, DeliveryOptions options, TimeProvider time, DeliveryMetrics metrics, ILogger logger)
{
    private static readonly DeliverySettlement Done = new();

    /// <summary>For who asked for nothing, and was told of a delay all the same.</summary>
    private static readonly RecipientOptions Nothing = new(DsnNotify.Unspecified, string.Empty);

    /// <summary>Afterwards the delivery and its content belong to the queue.</summary>
    public ValueTask SettleAsync(QueuedDelivery delivery, AttemptResult result)
    {
        if (result.IsSuccess && result.WithoutDsn is null)
        {
            metrics.Delivered(delivery.Instructions.Recipients.Length);
            queue.Settle(delivery, Done);
            return ValueTask.CompletedTask;
        }

        return SettleEachAsync(delivery, result);
    }

    private async ValueTask SettleEachAsync(QueuedDelivery delivery, AttemptResult result)
    {
        var now = time.GetUtcNow();
        var instructions = delivery.Instructions;
        var remaining = new RemainingRecipients(instructions);
        var failed = new List<int>();
        var news = new List<DsnRecipient>();
        string? reason = null;
        TimeSpan? delay = null;
        var expiresAt = options.ExpiryOf(delivery);
        for (var i = 0; i < instructions.Recipients.Length; i++)
        {
            if (result.FailureOf(i) is not { } failure)
            {
                if (result.WithoutDsn is { } withoutDsn && withoutDsn[i])
                {
                    news.Add(Relayed(instructions, i, result));
                }
            }
            else if (now >= expiresAt || FailurePolicy.IsPermanent(failure, result.ActionOf(i)))
            {
                failed.Add(i);
                news.Add(Describe(instructions, i, failure, FailurePolicy.StatusOf(failure, result.ActionOf(i)), result.RemoteMta));
            }
            else
            {
                var isLate = now - delivery.ReceivedAt >= DelayNoticeOf(instructions.OptionsOf(i));
                remaining.Add(i, isLate);
                reason ??= failure.ToString();

                // Those of one delivery stay together, so that the longest time counts.
                delay = result.ActionOf(i)?.RetryAfter is { } wanted && !(wanted < delay) ? wanted : delay;
                if (isLate)
                {
                    news.Add(Describe(instructions, i, failure, FailurePolicy.DelayStatusOf(failure), result.RemoteMta) with
                    {
                        Action = DsnAction.Delayed,
                        IsUnasked = !RecipientOptions.Wants(instructions.OptionsOf(i), DsnNotify.Delay),
                    });
                }
            }
        }

        AcceptedMessage? notification = null;
        try
        {
            notification = await NotifyAsync(delivery, news, now).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A fault of ours must not lose the news of a failure: they count as deferred, and fail again later.
            DeliveryLog.NotificationFault(logger, delivery.MessageId, fault);
            failed.ForEach(recipient => remaining.Add(recipient, isNoticed: false));
            failed.Clear();
            reason ??= "no notification could be made";
        }

        metrics.Delivered(instructions.Recipients.Length - remaining.Count - failed.Count);
        metrics.Deferred(remaining.Count);
        metrics.Failed(failed.Count);

        var next = delay is { } own
            ? schedule.After(own, now, expiresAt)
            : schedule.Next(options.RetryScheduleFor(instructions.Destination), now, delivery.Attempts, expiresAt, result.Pause);

        // Afterwards delivery and content are the queue's; of the notification it takes a reference of its own.
        queue.Settle(delivery, new DeliverySettlement
        {
            Remaining = remaining.Addresses,
            RemainingOptions = remaining.Options,
            NextAttemptAt = remaining.Count > 0 ? next : default,
            Failure = remaining.Count > 0 ? reason : null,
            Attempt = remaining.Count > 0 ? result.Attempt : null,
            Notification = notification,
        });
        notification?.Content.Release();
    }

    /// <summary>The age at which the sender is to be told; null: not, or not again.</summary>
    private TimeSpan? DelayNoticeOf(RecipientOptions? asked) =>
        asked is { HasDelayNotice: true } ? null
        : RecipientOptions.Wants(asked, DsnNotify.Delay) ? options.DelayNotice
        : (asked?.Notify ?? DsnNotify.Unspecified) == DsnNotify.Unspecified ? options.UnaskedDelayNotice
        : null;

    private async ValueTask<AcceptedMessage?> NotifyAsync(QueuedDelivery delivery, List<DsnRecipient> news, DateTimeOffset now)
    {
        foreach (var recipient in news)
        {
            if (recipient.Action == DsnAction.Failed)
            {
                DeliveryLog.RecipientFailed(logger, delivery.MessageId, PeerText.Escape(recipient.Recipient), recipient.Status, recipient.Diagnostic);
            }
        }

        var isFailure = news.Exists(recipient => recipient.Action == DsnAction.Failed);
        if (!news.Exists(recipient => recipient.IsWanted))
        {
            return isFailure ? Dropped(delivery, "NOTIFY asks for none") : null;
        }

        if (delivery.Envelope.ReversePath.Length == 0)
        {
            return isFailure ? Dropped(delivery, "the reverse-path is null") : null;
        }

        if (!DsnBuilder.CanTell(delivery.Envelope.ReversePath))
        {
            return Dropped(delivery, "the reverse-path has no domain");
        }

        var (header, message) = await ReadAsync(delivery, isFailure && DsnRequest.WantsMessage(delivery.Envelope.Options)).ConfigureAwait(false);
        return notifications.Build(
            new DsnRequest
            {
                MessageId = delivery.MessageId,
                ReversePath = delivery.Envelope.ReversePath,
                ReceivedAt = delivery.ReceivedAt,
                Recipients = news,
                Options = delivery.Envelope.Options,
                Header = header,
                Message = message,
                RetryUntil = options.ExpiryOf(delivery),
            },
            now);
    }

    private AcceptedMessage? Dropped(QueuedDelivery delivery, string reason)
    {
        DeliveryLog.NotificationDropped(logger, delivery.MessageId, reason);
        metrics.NotificationDropped("sender");
        return null;
    }

    /// <summary>Copies: the content may be gone before the notification is read. Without it, the notification just says less.</summary>
    private async ValueTask<(byte[] Header, byte[] Message)> ReadAsync(QueuedDelivery delivery, bool withMessage)
    {
        try
        {
            var content = delivery.Content?.AddReference() ?? await queue.OpenContentAsync(delivery, CancellationToken.None).ConfigureAwait(false);
            try
            {
                var index = new HeaderIndex();
                index.Build(content.Head.Span);
                var header = content.Head.Span[..Math.Min(index.Length, content.Head.Length)].ToArray();
                return (header, withMessage && content.Length <= DsnRequest.MaxReturned ? ReadAll(content) : []);
            }
            finally
            {
                content.Release();
            }
        }
        catch (IOException fault)
        {
            DeliveryLog.ContentUnreadable(logger, delivery.MessageId, fault);
            return ([], []);
        }
    }

    private static byte[] ReadAll(MessageContent content)
    {
        if (content.IsInMemory)
        {
            return content.Head.ToArray();
        }

        var message = new byte[content.Length];
        for (var filled = 0; filled < message.Length;)
        {
            var read = content.File!.Read(message.AsSpan(filled), filled);
            filled += read > 0 ? read : throw new IOException("The file of the message is too short.");
        }

        return message;
    }

    private static DsnRecipient Describe(DeliveryInstructions instructions, int recipient, SmtpFailure failure, EnhancedStatus status, string? remoteMta) => new(
        instructions.Recipients[recipient],
        status,
        failure.HasReply ? PeerText.Escape(failure.Reply.ToString()) : failure.ToString(),
        failure.HasReply,
        remoteMta)
    {
        Options = instructions.OptionsOf(recipient),
    };

    private static DsnRecipient Relayed(DeliveryInstructions instructions, int recipient, in AttemptResult result) => new(
        instructions.Recipients[recipient],
        new EnhancedStatus(2, 0, 0),
        PeerText.Escape(result.Reply.ToString()),
        IsSmtpReply: true,
        result.RemoteMta)
    {
        Action = DsnAction.Relayed,
        Options = instructions.OptionsOf(recipient),
    };

    /// <summary>Those to be tried again, each with what is asked for it.</summary>
    private sealed class RemainingRecipients(DeliveryInstructions instructions)
    {
        private readonly ImmutableArray<string>.Builder _addresses = ImmutableArray.CreateBuilder<string>();
        private readonly ImmutableArray<RecipientOptions?>.Builder _options = ImmutableArray.CreateBuilder<RecipientOptions?>();
        private bool _hasOptions = !instructions.RecipientOptions.IsEmpty;

        public int Count => _addresses.Count;

        public ImmutableArray<string> Addresses => _addresses.ToImmutable();

        public ImmutableArray<RecipientOptions?> Options => _hasOptions ? _options.ToImmutable() : [];

        public void Add(int recipient, bool isNoticed)
        {
            _addresses.Add(instructions.Recipients[recipient]);
            var asked = instructions.OptionsOf(recipient);
            _options.Add(isNoticed ? (asked ?? Nothing) with { HasDelayNotice = true } : asked);
            _hasOptions |= isNoticed;
        }
    }
}
