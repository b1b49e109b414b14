using System.Collections.Immutable;
using MailManager.Delivery.Shaping;
using MailManager.Resources;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>Delivery.Destinations</c>.</summary>
internal static class DestinationLimitsReader
{
    private const int MaximumEntries = 1000;
    private const int MaximumPatterns = 1000;
    private const int MaximumConnections = 1000;
    private const int Million = 1_000_000;
    private const string RelayPrefix = "relay:";
    private const string MxPrefix = "mx:";
    private const string AnyBelow = "*.";

    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(1);

    /// <param name="map"><c>Delivery</c>.</param>
    public static ImmutableArray<DestinationLimits> Read(MapReader map) => map.Items("Destinations", 1, MaximumEntries, ReadEntry);

    private static DestinationLimits? ReadEntry(DocumentValue value)
    {
        if (value.Map(
            [
                "Match", "MaxConnections", "InitialConnections", "MaxMessagesPerConnection", "ConnectionRate", "MessageRate", "RecipientRate",
                "IdleConnection", EgressName.Key, "RetrySchedule", "Expiry",
            ]) is not { } map)
        {
            return null;
        }

        var defaults = new DestinationLimits();
        var limits = new DestinationLimits
        {
            Match = map.RequiredItems("Match", 1, MaximumPatterns, ReadPattern),
            MaxConnections = map.Integer("MaxConnections", 1, MaximumConnections, defaults.MaxConnections),
            InitialConnections = map.Integer("InitialConnections", 1, MaximumConnections, defaults.InitialConnections),
            MaxMessagesPerConnection = map.Integer("MaxMessagesPerConnection", 0, Million, defaults.MaxMessagesPerConnection),
            ConnectionRate = ReadRate(map.Optional("ConnectionRate")),
            MessageRate = ReadRate(map.Optional("MessageRate")),
            RecipientRate = ReadRate(map.Optional("RecipientRate")),
            IdleConnection = map.Duration("IdleConnection", Duration.Shortest, LongestIdle, defaults.IdleConnection),
            EgressPool = EgressName.ReadReference(map),
            RetrySchedule = map.Optional("RetrySchedule") is { } schedule ? DeliverySettingsReader.ReadSchedule(schedule) : [],
            Expiry = map.Optional("Expiry") is { } expiry ? Duration.Read(expiry) : null,
        };
        return map.Failed ? null : limits;
    }

    /// <summary>One of <c>relay:NAME</c>, <c>mx:DOMAIN</c>, <c>mx:*.DOMAIN</c> and <c>mx:*</c>.</summary>
    internal static DestinationPattern? ReadPattern(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (text.StartsWith(RelayPrefix, StringComparison.Ordinal))
        {
            value.Context.Refer(ResourceKind.Relay, text[RelayPrefix.Length..], value);
            return new DestinationPattern(text);
        }

        if (!text.StartsWith(MxPrefix, StringComparison.Ordinal))
        {
            value.Error($"{DisplayText.Quote(text)} is not relay:NAME, mx:DOMAIN, mx:*.DOMAIN or mx:*");
            return null;
        }

        var domain = text[MxPrefix.Length..];
        var problem = domain == "*" ? null : DomainName.ProblemWith(domain.StartsWith(AnyBelow, StringComparison.Ordinal) ? domain[AnyBelow.Length..] : domain);
        if (problem is not null)
        {
            value.Error(problem);
            return null;
        }

        return new DestinationPattern(text);
    }

    /// <summary>As in <c>100/1m</c>.</summary>
    public static RateLimit? ReadRate(DocumentValue? value)
    {
        if (value?.PlainText() is not { } text)
        {
            return null;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            value.Error($"{DisplayText.Quote(text)} is not a rate; write a whole number, a slash and a duration, such as 100/1m");
            return null;
        }

        var count = Part(value, text[..slash]).Integer(1, Million);
        var period = Duration.Read(Part(value, text[(slash + 1)..]), Duration.Shortest, LongestPeriod);
        return count is null || period is null ? null : new RateLimit(count.Value, period.Value);
    }

    /// <summary>A part of a text, read as if it stood alone in its place.</summary>
    private static DocumentValue Part(DocumentValue value, string text) => value with { Node = new ScalarNode(value.Location, ScalarKind.Plain, text) };
}
