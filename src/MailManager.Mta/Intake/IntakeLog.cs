using System.Net;
using MailManager.Delivery.Srs;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Queue.History;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Framing;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Intake;

/// <summary>Events 2000 to 2999: one for each accepted message, one for each refusal. Addresses are checked syntax and hold no control characters.</summary>
internal static partial class IntakeLog
{
    [LoggerMessage(2001, LogLevel.Information,
        "Message {MessageId} accepted at {IngressPoint} from {Client} helo={Helo} tls={Tls} sender=<{Sender}> recipients={Recipients} size={Size} deliveries={Deliveries} dropped={Dropped} failed={Failed} rules={Rules} statements={Statements} session={Session}")]
    public static partial void Accepted(
        ILogger logger, MessageId messageId, string ingressPoint, IPEndPoint client, string helo, string tls, string sender, RecipientList recipients,
        long size, int deliveries, int dropped, int failed, RuleList rules, StatementList statements, string session);

    [LoggerMessage(2002, LogLevel.Information, "Message {MessageId} dropped whole by rule set {RuleSet} at {IngressPoint}, sender=<{Sender}> recipients={Recipients} session={Session}")]
    public static partial void Dropped(ILogger logger, MessageId messageId, string ruleSet, string ingressPoint, string sender, RecipientList recipients, string session);

    [LoggerMessage(2010, LogLevel.Information, "Refused at {IngressPoint}: client {Client} by policy {Policy}, {Verdict}, at its connection, session={Session}")]
    public static partial void ClientDenied(ILogger logger, string ingressPoint, IPEndPoint client, string policy, PolicyReason verdict, string session);

    [LoggerMessage(2011, LogLevel.Information, "Refused at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}> by policy {Policy}, {Verdict}, session={Session}")]
    public static partial void RecipientDenied(
        ILogger logger, string ingressPoint, string recipient, IPEndPoint client, string sender, string policy, PolicyReason verdict, string session);

    [LoggerMessage(2012, LogLevel.Information, "Refused at {IngressPoint}: recipient <{Recipient}> from {Client} sender=<{Sender}> is of no verified identity, session={Session}")]
    public static partial void RecipientUnverified(ILogger logger, string ingressPoint, string recipient, IPEndPoint client, string sender, string session);

    [LoggerMessage(2013, LogLevel.Information, "Refused at {IngressPoint}: message from {Client} sender=<{Sender}>, its data holds {Faults}, session={Session}")]
    public static partial void DataRefused(ILogger logger, string ingressPoint, IPEndPoint client, string sender, DataFaults faults, string session);

    [LoggerMessage(2014, LogLevel.Information, "Refused at {IngressPoint}: message from {Client} sender=<{Sender}>, {Reason}, session={Session}")]
    public static partial void MessageRefused(ILogger logger, string ingressPoint, IPEndPoint client, string sender, string reason, string session);

    [LoggerMessage(2017, LogLevel.Information, "Refused at {IngressPoint}: client {Client} sender=<{Sender}> by policy {Policy}, {Verdict}, before any recipient, session={Session}")]
    public static partial void SenderDenied(
        ILogger logger, string ingressPoint, IPEndPoint client, string sender, string policy, PolicyReason verdict, string session);

    [LoggerMessage(2018, LogLevel.Information, "Refused at {IngressPoint}: SRS recipient <{Recipient}> from {Client} sender=<{Sender}>, fault={Fault}, session={Session}")]
    public static partial void ReturnRefused(ILogger logger, string ingressPoint, string recipient, IPEndPoint client, string sender, SrsFault fault, string session);

    [LoggerMessage(2019, LogLevel.Information, "Message {MessageId}: sender=<{Sender}> has no SRS form and is given to relay {Relay} as it is")]
    public static partial void SenderKept(ILogger logger, MessageId messageId, string sender, string relay);

    [LoggerMessage(2020, LogLevel.Error, "Message from {Client} at {IngressPoint} deferred with 452: storage is {State}, session={Session}")]
    public static partial void StorageRefused(ILogger logger, Exception? fault, IPEndPoint client, string ingressPoint, AcceptResult state, string session);
}

/// <summary>Recipients as a log shows them: all up to ten, then their number. Formats only when written.</summary>
internal readonly struct RecipientList(IReadOnlyList<string> recipients)
{
    private const int Shown = 10;

    public override string ToString() => recipients.Count <= Shown
        ? string.Join(',', recipients)
        : $"{string.Join(',', recipients.Take(Shown))},+{recipients.Count - Shown}";
}

/// <summary>
/// The rules that matched, by id, name or index; shadow rules, which were not applied, in parentheses. Formats only when written.
/// </summary>
internal readonly struct RuleList(RuleHistory history)
{
    public override string ToString() => history.Rules.IsEmpty ? "none" : string.Join(',', history.Rules);
}

/// <summary>
/// The policy statements that let the recipients in, with the alternatives that held, each once: index or <c>default</c>. Formats only when written.
/// </summary>
internal readonly struct StatementList(PolicyHistory history)
{
    public override string ToString() => string.Join(',', history.Statements);
}

/// <summary>Why a policy refuses: its verdict with the alternatives that held. Formats only when written.</summary>
internal readonly struct PolicyReason(CompiledTrafficPolicy policy, RuleInput input, PolicyVerdict verdict, string recipient, PolicyStage known)
{
    public override string ToString()
    {
        var alternatives = policy.AlternativesOf(verdict, input, recipient, known);
        return alternatives.IsEmpty ? $"{verdict}" : $"{verdict} ({string.Join('+', alternatives)})";
    }
}
