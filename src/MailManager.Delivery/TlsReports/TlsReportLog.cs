using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.TlsReports;

/// <summary>Events of reports.</summary>
internal static partial class TlsReportLog
{
    [LoggerMessage(4400, LogLevel.Warning, "{Path} is damaged and counts as absent")]
    public static partial void Damaged(ILogger logger, string path, Exception fault);

    [LoggerMessage(4401, LogLevel.Warning, "{Path} could not be written; a restart would lose it")]
    public static partial void NotKept(ILogger logger, string path, Exception fault);

    [LoggerMessage(4402, LogLevel.Information, "TLS report of {Date} for {Domain} goes to {Address}")]
    public static partial void Sent(ILogger logger, DateOnly date, string domain, string address);

    /// <summary>The reason may hold what the receiver sent.</summary>
    public static void NotSent(ILogger logger, DateOnly date, string domain, string address, string reason) =>
        NotSentEscaped(logger, date, domain, address, PeerText.Escape(reason));

    [LoggerMessage(4404, LogLevel.Error, "TLS reports could not be made or sent")]
    public static partial void Fault(ILogger logger, Exception fault);

    [LoggerMessage(4403, LogLevel.Warning, "TLS report of {Date} for {Domain} was not taken by {Address}: {Reason}", EventName = nameof(NotSent))]
    private static partial void NotSentEscaped(ILogger logger, DateOnly date, string domain, string address, string reason);
}
