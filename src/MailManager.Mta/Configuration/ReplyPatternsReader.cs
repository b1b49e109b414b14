using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailManager.Delivery.Shaping;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Smtp.Client;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>ReplyPatterns</c>, of <c>Delivery</c> or of the file that comes with the program.</summary>
internal static class ReplyPatternsReader
{
    private const int MaximumEntries = 1000;
    private const int MaximumPatterns = 1000;
    private const int MaximumConnections = 1000;
    private const int Million = 1_000_000;
    private const string HostPrefix = "host:";
    private const string AnyBelow = "*.";

    private static readonly TimeSpan LongestSuspension = TimeSpan.FromDays(1);

    private static readonly WireWords<ReplyOutcome> Outcomes = new(("RETRY", ReplyOutcome.Retry), ("BOUNCE", ReplyOutcome.Bounce));

    private static readonly WireWords<SmtpPhase> Phases = new(
        ("CONNECT", SmtpPhase.Greeting),
        ("EHLO", SmtpPhase.Hello),
        ("STARTTLS", SmtpPhase.StartTls),
        ("AUTH", SmtpPhase.Authentication),
        ("MAIL", SmtpPhase.Mail),
        ("RCPT", SmtpPhase.Recipient),
        ("DATA", SmtpPhase.Data),
        ("MESSAGE", SmtpPhase.EndOfData));

    /// <param name="map">What has the key <c>ReplyPatterns</c>.</param>
    public static ImmutableArray<ReplyPattern> Read(MapReader map) => map.Items("ReplyPatterns", 1, MaximumEntries, ReadEntry);

    private static ReplyPattern? ReadEntry(DocumentValue value)
    {
        if (value.Map(["Match", "Reply", "Phase", "Action"]) is not { } map)
        {
            return null;
        }

        var destinations = ImmutableArray.CreateBuilder<DestinationPattern>();
        var hosts = ImmutableArray.CreateBuilder<HostPattern>();
        foreach (var item in map.Required("Match")?.List(1, MaximumPatterns) ?? [])
        {
            if (item.PlainText() is not { } text)
            {
                continue;
            }

            if (text.StartsWith(HostPrefix, StringComparison.Ordinal))
            {
                if (ReadHost(item, text[HostPrefix.Length..]) is { } host)
                {
                    hosts.Add(host);
                }
            }
            else if (DestinationLimitsReader.ReadPattern(item) is { } destination)
            {
                destinations.Add(destination);
            }
        }

        var expression = ReadExpression(map.Required("Reply"));
        var phase = map.OptionalWord("Phase", Phases);
        var action = map.Required("Action") is { } actionValue ? ReadAction(actionValue) : null;
        return map.Failed ? null : new ReplyPattern
        {
            Destinations = destinations.ToImmutable(),
            Hosts = hosts.ToImmutable(),
            Reply = expression!,
            Phase = phase,
            Action = action!,
        };
    }

    private static HostPattern? ReadHost(DocumentValue value, string name)
    {
        if (DomainName.ProblemWith(name.StartsWith(AnyBelow, StringComparison.Ordinal) ? name[AnyBelow.Length..] : name) is { } problem)
        {
            value.Error(problem);
            return null;
        }

        return new HostPattern(name);
    }

    private static Regex? ReadExpression(DocumentValue? value)
    {
        if (value?.PlainText() is not { } text)
        {
            return null;
        }

        if (RegexRule.ProblemWith(text) is { } problem)
        {
            value.Error(problem);
            return null;
        }

        return new Regex(text, RegexRule.Options);
    }

    private static ReplyAction? ReadAction(DocumentValue value)
    {
        if (value.Map(
            ["Outcome", "RetryAfter", "Suspend", "Congested", "CloseConnection", "MaxConnections", "MaxMessagesPerConnection", "LimitTime"]) is not { } map)
        {
            return null;
        }

        var action = new ReplyAction
        {
            Outcome = map.OptionalWord("Outcome", Outcomes) ?? ReplyOutcome.ByCode,
            RetryAfter = map.Optional("RetryAfter") is { } retry ? Duration.Read(retry) : null,
            Suspend = map.Optional("Suspend") is { } suspend ? Duration.Read(suspend, Duration.Shortest, LongestSuspension) : null,
            Congested = map.Boolean("Congested", otherwise: false),
            CloseConnection = map.Boolean("CloseConnection", otherwise: false),
            MaxConnections = map.Optional("MaxConnections")?.Integer(1, MaximumConnections),
            MaxMessagesPerConnection = map.Optional("MaxMessagesPerConnection")?.Integer(1, Million),
            LimitTime = map.Duration("LimitTime", Duration.Shortest, LongestSuspension, ReplyAction.UsualLimitTime),
        };
        if (!map.Failed && action is { Outcome: ReplyOutcome.Bounce, RetryAfter: not null })
        {
            value.Error("what bounces is not tried again; RetryAfter does not go with it");
        }

        return map.Failed ? null : action;
    }
}
