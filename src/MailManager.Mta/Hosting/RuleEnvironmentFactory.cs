using System.Collections.Frozen;
using MailManager.Mta.NamedSets;
using MailManager.Resources;
using MailManager.Resources.RuleSets;
using MailManager.Rules;

namespace MailManager.Mta.Hosting;

/// <summary>Makes what policies and rule sets refer to out of the resources in force.</summary>
internal static class RuleEnvironmentFactory
{
    /// <param name="resources">Those in force.</param>
    /// <param name="sets">IP sets and address lists of them.</param>
    /// <param name="canReplaceMailFrom">There is a domain for it.</param>
    public static RuleEnvironment Create(ResourceSet resources, NamedSetTable sets, bool canReplaceMailFrom) => new()
    {
        CanReplaceMailFrom = canReplaceMailFrom,
        Identities = resources.Identities,
        Relays = resources.Relays.Select(relay => relay.RelayName).ToFrozenSet(StringComparer.Ordinal),
        RelaysReplacingMailFrom = resources.Relays.Where(relay => relay.MailFrom == MailFrom.Replace).Select(relay => relay.RelayName).ToFrozenSet(StringComparer.Ordinal),
        IpSets = sets.IpSets,
        AddressLists = sets.AddressLists,
    };
}
