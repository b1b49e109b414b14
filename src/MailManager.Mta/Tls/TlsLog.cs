using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tls;

/// <summary>Events 6100 to 6149: certificates of the server, and of clients that were refused.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(6100, LogLevel.Information, "Certificate {File} loaded again: serial number {SerialNumber}, valid until {NotAfter:u}")]
    public static partial void Reloaded(ILogger logger, string file, string serialNumber, DateTimeOffset notAfter);

    [LoggerMessage(6101, LogLevel.Warning, "Certificate {File} has changed but does not load, the earlier one stays in force: {Reason}")]
    public static partial void NotReloaded(ILogger logger, string file, string reason);

    [LoggerMessage(6102, LogLevel.Warning, "Certificate {File} expires at {NotAfter:u}")]
    public static partial void ExpiresSoon(ILogger logger, string file, DateTimeOffset notAfter);

    [LoggerMessage(6103, LogLevel.Error, "Certificate {File} has expired at {NotAfter:u} and is still served: clients that check certificates refuse it")]
    public static partial void Expired(ILogger logger, string file, DateTimeOffset notAfter);

    [LoggerMessage(6110, LogLevel.Warning, "Client certificate refused at {IngressPoint}: {Reason}; subject={Subject} serial={SerialNumber}")]
    public static partial void ClientRefused(ILogger logger, string ingressPoint, string reason, string subject, string serialNumber);

    [LoggerMessage(6111, LogLevel.Warning, "Trust store of {IngressPoint}: {Notice}")]
    public static partial void TrustStoreNotice(ILogger logger, string ingressPoint, string notice);
}
