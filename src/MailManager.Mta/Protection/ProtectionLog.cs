using System.Net;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>Events 2200 to 2249: each decision with its reason, and faults of what decides. Texts of peers come escaped.</summary>
internal static partial class ProtectionLog
{
    [LoggerMessage(2200, LogLevel.Information, "Refused at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}>, client is listed by {Zone} ({Answer}), session={Session}")]
    public static partial void Listed(
        ILogger logger, string ingressPoint, string recipient, IPAddress client, string sender, string zone, IPAddress answer, string session);

    [LoggerMessage(2201, LogLevel.Information, "Deferred at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}>, no answer from {Zone}, session={Session}")]
    public static partial void ListFailed(ILogger logger, string ingressPoint, string recipient, IPAddress client, string sender, string zone, string session);

    [LoggerMessage(2210, LogLevel.Information, "Deferred at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}>, greylisted ({Verdict}), session={Session}")]
    public static partial void Greylisted(
        ILogger logger, string ingressPoint, string recipient, IPAddress client, string sender, GreylistVerdict verdict, string session);

    [LoggerMessage(2220, LogLevel.Information, "Refused at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}>, relay {Relay}: {Failure}, session={Session}")]
    public static partial void UnknownRecipient(
        ILogger logger, string ingressPoint, string recipient, IPAddress client, string sender, string relay, string failure, string session);

    [LoggerMessage(2221, LogLevel.Information, "Deferred at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}>, relay {Relay} does not tell: {Failure}, session={Session}")]
    public static partial void RecipientUnsure(
        ILogger logger, string ingressPoint, string recipient, IPAddress client, string sender, string relay, string failure, string session);

    [LoggerMessage(2230, LogLevel.Warning, "DNS list {Zone} fails, said once a minute: {Reason}")]
    public static partial void ListFails(ILogger logger, string zone, string reason);

    [LoggerMessage(2231, LogLevel.Warning, "Relay {Relay} does not tell whether <{Recipient}> exists: {Failure}")]
    public static partial void ProbeFailed(ILogger logger, string relay, string recipient, string failure);

    [LoggerMessage(2240, LogLevel.Error, "Greylist {Path} was damaged and is put aside as {Aside}: a new one is begun")]
    public static partial void GreylistDamaged(ILogger logger, string path, string aside, Exception fault);

    [LoggerMessage(2241, LogLevel.Error, "Greylist {Path} cannot be used, nobody is asked to come again")]
    public static partial void GreylistFailed(ILogger logger, string path, Exception fault);

    [LoggerMessage(2242, LogLevel.Information, "Greylist {Path} can be used again")]
    public static partial void GreylistRecovered(ILogger logger, string path);

    [LoggerMessage(2243, LogLevel.Warning, "Greylist {Path} does not keep up or is full, clients pass, said once a minute")]
    public static partial void GreylistOverloaded(ILogger logger, string path);
}
