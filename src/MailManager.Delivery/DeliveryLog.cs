using System.Net;
using System.Security.Authentication;
using MailManager.Messages.Envelope;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery;

/// <summary>Events 4000 to 4999. Texts of peers come escaped.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(4000, LogLevel.Information, "{MessageId} delivered to {Destination} at {Remote} ({Tls}), {Recipients} recipients, {Milliseconds} ms: {Reply}")]
    public static partial void Delivered(
        ILogger logger, MessageId messageId, string destination, EndPoint? remote, SslProtocols tls, int recipients, double milliseconds, string reply);

    [LoggerMessage(4001, LogLevel.Warning, "{MessageId} not delivered to {Destination} at {Remote} ({Tls}), {Failed} of {Recipients} recipients, {Milliseconds} ms: {Failure}")]
    public static partial void NotDelivered(
        ILogger logger, MessageId messageId, string destination, EndPoint? remote, SslProtocols tls, int failed, int recipients, double milliseconds, string failure);

    [LoggerMessage(4002, LogLevel.Warning, "{MessageId} failed for <{Recipient}>, status {Status}: {Diagnostic}")]
    public static partial void RecipientFailed(ILogger logger, MessageId messageId, string recipient, EnhancedStatus status, string diagnostic);

    [LoggerMessage(4003, LogLevel.Information, "{MessageId} failed and no notification is sent: {Reason}")]
    public static partial void NotificationDropped(ILogger logger, MessageId messageId, string reason);

    [LoggerMessage(4004, LogLevel.Error, "{MessageId} cannot be read from the spool")]
    public static partial void ContentUnreadable(ILogger logger, MessageId messageId, Exception fault);

    [LoggerMessage(4005, LogLevel.Critical, "{MessageId} failed and its notification could not be made")]
    public static partial void NotificationFault(ILogger logger, MessageId messageId, Exception fault);

    [LoggerMessage(4006, LogLevel.Warning, "{MessageId}: no notification is sent to <{Recipient}>, for {Limit} is reached")]
    public static partial void NotificationLimited(ILogger logger, MessageId messageId, string recipient, string limit);

    [LoggerMessage(4010, LogLevel.Warning, "TLS with {Remote} failed, going on in clear text: {Failure}")]
    public static partial void FallingBackToClearText(ILogger logger, EndPoint remote, string failure);

    [LoggerMessage(4011, LogLevel.Warning, "{Destination} cannot be reached, next try in {Seconds} s: {Failure}")]
    public static partial void DestinationFailing(ILogger logger, string destination, double seconds, string failure);

    [LoggerMessage(4012, LogLevel.Information, "{Destination} can be reached again")]
    public static partial void DestinationRecovered(ILogger logger, string destination);

    [LoggerMessage(4013, LogLevel.Information, "{Destination} takes no further connection, {Open} are open: {Failure}")]
    public static partial void ConnectionRefused(ILogger logger, string destination, int open, string failure);

    [LoggerMessage(4014, LogLevel.Debug, "A kept connection to {Destination} at {Remote} was stale")]
    public static partial void StaleConnection(ILogger logger, string destination, EndPoint? remote);

    [LoggerMessage(4015, LogLevel.Debug, "{Destination} waits for its {Limit}")]
    public static partial void WaitingForRate(ILogger logger, string destination, string limit);

    [LoggerMessage(4016, LogLevel.Warning, "{Destination} gets no mail for {Seconds} s: {Failure}")]
    public static partial void DestinationSuspended(ILogger logger, string destination, double seconds, string failure);

    [LoggerMessage(4017, LogLevel.Information, "{Destination} has become slow, {Connections} connections at most now")]
    public static partial void DestinationSlow(ILogger logger, string destination, int connections);

    [LoggerMessage(4090, LogLevel.Critical, "A delivery worker of {Destination} failed")]
    public static partial void WorkerFault(ILogger logger, string destination, Exception fault);
}
