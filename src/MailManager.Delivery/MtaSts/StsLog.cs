using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.MtaSts;

/// <summary>Events 4300 to 4399. What others wrote comes escaped.</summary>
internal static partial class StsLog
{
    /// <summary>A policy that is new, or not what it was.</summary>
    public static void Fetched(ILogger logger, StsEntry entry) => Fetched(
        logger, entry.Domain, StsPolicyText.Word(entry.Policy.Mode), string.Join(' ', entry.Policy.Patterns), (long)entry.Policy.MaxAge.TotalSeconds, entry.Id);

    /// <summary>No policy came; <paramref name="reason"/> may hold what others wrote.</summary>
    public static void NotFetched(ILogger logger, string domain, string reason) => NotFetchedEscaped(logger, domain, PeerText.Escape(reason));

    [LoggerMessage(4301, LogLevel.Warning, "MTA-STS: the file {Path} is damaged and counts as absent: {Reason}")]
    public static partial void Damaged(ILogger logger, string path, string reason);

    [LoggerMessage(4302, LogLevel.Error, "MTA-STS: the policy of {Domain} cannot be kept on disk, and holds until the process ends")]
    public static partial void NotKept(ILogger logger, string domain, Exception fault);

    [LoggerMessage(4304, LogLevel.Error, "MTA-STS: internal error while policies were fetched again")]
    public static partial void RefreshFault(ILogger logger, Exception fault);

    [LoggerMessage(4300, LogLevel.Information, "MTA-STS: {Domain} wants {Mode} for {Hosts}, for {Seconds} s (id {Id})")]
    private static partial void Fetched(ILogger logger, string domain, string mode, string hosts, long seconds, string id);

    [LoggerMessage(4303, LogLevel.Warning, "MTA-STS: no policy from {Domain}, what was known before holds: {Reason}", EventName = nameof(NotFetched))]
    private static partial void NotFetchedEscaped(ILogger logger, string domain, string reason);
}
