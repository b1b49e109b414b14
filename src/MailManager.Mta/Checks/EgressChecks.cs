using MailManager.Delivery.Egress;
using MailManager.Mta.Configuration;
using MailManager.Resources.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>Egress sources that mail cannot leave from here, and sources and pools that nothing refers to.</summary>
internal static class EgressChecks
{
    /// <param name="configuration">Without errors.</param>
    public static IEnumerable<Finding> Of(LoadedConfiguration configuration)
    {
        var egress = configuration.DeliverySettings.Egress;
        var pools = Used(configuration).ToHashSet(StringComparer.Ordinal);
        var sources = egress.Pools.SelectMany(pool => pool.Members).Select(member => member.Source.Name).Concat(pools).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. egress.Sources.SelectMany(Foreign),
            .. Unused("EgressSources", "egress source", egress.Sources.Select(source => source.Name), sources),
            .. Unused("EgressPools", "egress pool", egress.Pools.Select(pool => pool.Name), pools),
        ];
    }

    private static IEnumerable<Finding> Foreign(EgressSource source, int index) =>
        from address in source.Addresses
        where !OwnAddress.Is(address)
        select new Finding(
            FindingKind.ForeignEgressAddress,
            $"Delivery.EgressSources[{index}]",
            $"{address} is not an address of this machine; while it is not, mail that is to leave from '{source.Name}' over {(address.Equals(source.IPv4) ? "IPv4" : "IPv6")} waits");

    private static IEnumerable<Finding> Unused(string key, string noun, IEnumerable<string> names, HashSet<string> used) => names
        .Select((name, i) => (Name: name, Path: $"Delivery.{key}[{i}]"))
        .Where(named => !used.Contains(named.Name))
        .Select(named => new Finding(FindingKind.Unused, named.Path, $"nothing uses the {noun} '{named.Name}'"));

    private static IEnumerable<string> Used(LoadedConfiguration configuration)
    {
        var actions = configuration.ResourceSet.RuleSets.SelectMany(ruleSet => ruleSet.Rules).SelectMany(rule => rule.Actions);
        return actions.Select(action => (action as RuleAction.Relay)?.EgressPool ?? (action as RuleAction.Send)?.EgressPool)
            .Concat(configuration.ResourceSet.Relays.Select(relay => relay.EgressPool))
            .Concat(configuration.DeliverySettings.Destinations.Select(limits => limits.EgressPool))
            .OfType<string>();
    }
}
