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
}
