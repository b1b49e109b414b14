using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;
using MailManager.Resources.Relays;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>Delivery</c>.</summary>
internal static class DeliverySettingsReader
{
    private const int MaximumSchedule = 100;
    private const int MaximumConnections = 100_000;

    /// <summary>Null when there are errors, which the root's context then holds.</summary>
    public static DeliverySettings? Read(MapReader root)
    {
        var defaults = new DeliverySettings { ReplyPatterns = ShippedReplyPatterns.All };
        if (root.Optional("Delivery") is not { } value)
        {
            return defaults;
        }

        if (value.Map(
            [
                "RetrySchedule", "Expiry", "DelayNotice", "UnaskedDelayNotice", "DsnRelay", "NotificationRate", "TotalNotificationRate", "EgressAddresses",
                "EgressSources", "EgressPools", "MtaSts",
                "Destinations", "MaxConnections", "ReplyPatterns", "ShippedReplyPatterns", "TlsReports",
            ]) is not { } map)
        {
            return null;
        }

        var schedule = map.Optional("RetrySchedule") is { } scheduleValue ? ReadSchedule(scheduleValue) : defaults.RetrySchedule;
        var expiry = map.Optional("Expiry") is { } expiryValue ? Duration.Read(expiryValue) : defaults.Expiry;
        var notice = map.Optional("DelayNotice") is { } noticeValue ? Duration.Read(noticeValue) : defaults.DelayNotice;
        var unasked = map.Optional("UnaskedDelayNotice") is { } unaskedValue ? Duration.Read(unaskedValue) : null;
        var relayValue = map.Optional("DsnRelay");
        var relay = relayValue?.Text(RelayReader.Name);
        if (relay is not null)
        {
            value.Context.Refer(ResourceKind.Relay, relay, relayValue!);
        }

        var notifications = DestinationLimitsReader.ReadRate(map.Optional("NotificationRate")) ?? defaults.NotificationRate;
        var allNotifications = DestinationLimitsReader.ReadRate(map.Optional("TotalNotificationRate")) ?? defaults.TotalNotificationRate;
        var egress = NetworkReader.Optional(map, "EgressAddresses", defaults.EgressAddresses);
        var pools = EgressReader.Read(map);
        var mtaSts = map.Boolean("MtaSts", otherwise: true);
        var destinations = DestinationLimitsReader.Read(map);
        var connections = map.Integer("MaxConnections", 1, MaximumConnections, defaults.MaxConnections);
        var patterns = ReplyPatternsReader.Read(map);
        patterns = map.Boolean("ShippedReplyPatterns", otherwise: true) ? [.. patterns, .. ShippedReplyPatterns.All] : patterns;
        var reports = map.Optional("TlsReports") is { } reportsValue ? TlsReportSettings.Read(reportsValue) : null;
        return map.Failed ? null : new DeliverySettings
        {
            RetrySchedule = schedule,
            Expiry = expiry!.Value,
            DelayNotice = notice!.Value,
            UnaskedDelayNotice = unasked,
            DsnRelay = relay,
            NotificationRate = notifications,
            TotalNotificationRate = allNotifications,
            EgressAddresses = egress,
            Egress = pools,
            MtaSts = mtaSts,
            TlsReports = reports,
            Destinations = destinations,
            MaxConnections = connections,
            ReplyPatterns = patterns,
        };
    }

    /// <summary>Those of its durations that could be read.</summary>
    public static ImmutableArray<TimeSpan> ReadSchedule(DocumentValue value) =>
        value.List(1, MaximumSchedule) is { } items ? [.. items.Select(Duration.Read).OfType<TimeSpan>()] : [];
}
