using MailManager.Messages.Envelope;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue;

/// <summary>Log events of the queue, 3000 to 3999.</summary>
internal static partial class QueueLog
{
    [LoggerMessage(3000, LogLevel.Information, "Spool {Directory} opened: {Messages} messages with {Deliveries} deliveries wait")]
    public static partial void Opened(ILogger logger, string directory, long messages, long deliveries);

    [LoggerMessage(3001, LogLevel.Information, "Spool closed; {Unsettled} settlements could not be written, so as many deliveries may be repeated")]
    public static partial void Closed(ILogger logger, int unsettled);

    [LoggerMessage(3010, LogLevel.Error, "The spool's disk is full, messages are refused until space comes back: {Reason}")]
    public static partial void StorageFull(ILogger logger, string reason);

    [LoggerMessage(3011, LogLevel.Error, "The spool cannot be written, messages are refused and writing is tried again")]
    public static partial void StorageFailed(ILogger logger, Exception exception);

    [LoggerMessage(3012, LogLevel.Information, "The spool can be written again")]
    public static partial void StorageRecovered(ILogger logger);

    [LoggerMessage(3013, LogLevel.Warning, "The disk reserve was released so that deliveries can be completed on the full disk")]
    public static partial void ReserveReleased(ILogger logger);

    [LoggerMessage(3014, LogLevel.Error, "A message could not be stored, others can: {Reason}")]
    public static partial void MessageRejected(ILogger logger, string reason);

    [LoggerMessage(3020, LogLevel.Error, "Delivery {Delivery} in the spool cannot be read; its rows are kept for inspection")]
    public static partial void UnreadableRow(ILogger logger, long delivery);

    [LoggerMessage(3021, LogLevel.Information, "Deleted {Count} body files that belong to no message")]
    public static partial void BodyFilesSwept(ILogger logger, int count);

    [LoggerMessage(3022, LogLevel.Warning, "Body file {Name} could not be deleted; the next start sweeps it")]
    public static partial void BodyFileNotDeleted(ILogger logger, Exception exception, string name);

    [LoggerMessage(3023, LogLevel.Error, "What waits for {Destination} cannot be read from the spool; it is tried again in 10 s")]
    public static partial void BacklogUnreadable(ILogger logger, Exception exception, string destination);

    [LoggerMessage(3025, LogLevel.Warning, "The clock of this machine was set by {By}; what waits for its time waits as long as it would have")]
    public static partial void ClockSet(ILogger logger, TimeSpan by);

    [LoggerMessage(3031, LogLevel.Information, "{Order} of message {Message}, delivery {Delivery}, ordered by {By}")]
    public static partial void Ordered(ILogger logger, OrderKind order, MessageId message, long delivery, string by);

    [LoggerMessage(3024, LogLevel.Error, "Deliveries of {Count} destinations, as {Destination}, are a minute past due and are not read although there is room")]
    public static partial void Overdue(ILogger logger, int count, string destination);

    [LoggerMessage(3030, LogLevel.Error, "The dispatcher failed for delivery {Delivery}; it is offered again in a minute")]
    public static partial void DispatchFailed(ILogger logger, Exception exception, long delivery);
}
