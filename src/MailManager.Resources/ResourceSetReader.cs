using System.Collections.Immutable;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Binding;
using MailManager.Resources.Identities;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.IpSets;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
using MailManager.Resources.RuleTests;
using MailManager.Resources.Secrets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Resources;

/// <summary>Reads the resources of a configuration file, each kind a list under its own key, and checks that they fit together.</summary>
public static class ResourceSetReader
{
    /// <summary>The keys that are read here; each may be absent, meaning none.</summary>
    public static ImmutableArray<string> Keys { get; } =
        ["Identities", "Secrets", "IpSets", "AddressLists", "TrafficPolicies", "RuleSets", "Relays", "IngressPoints", "Tests"];

    /// <summary>Null when there are errors, which the map's context then holds.</summary>
    /// <param name="root">
    /// A map that knows <see cref="Keys"/> and perhaps others. What else refers to resources or listens is to be read before: it is
    /// checked here with the rest.
    /// </param>
    /// <param name="substitution">For secrets, passwords and certificates.</param>
    /// <param name="files">For keys of identities, IP sets, address lists, certificates of relays and messages of tests.</param>
    public static ResourceSet? Read(MapReader root, SecretSubstitution substitution, FileReferences files)
    {
        var context = root.Value.Context;
        var before = context.Errors.Count;
        var identities = root.Items("Identities", 0, int.MaxValue, item => IdentityReader.Read(item, files));
        var secrets = root.Items("Secrets", 0, int.MaxValue, item => SecretReader.Read(item, substitution));
        var ipSets = root.Items("IpSets", 0, int.MaxValue, item => IpSetReader.Read(item, files));
        var addressLists = root.Items("AddressLists", 0, int.MaxValue, item => AddressListReader.Read(item, files));
        var policies = root.Items("TrafficPolicies", 0, int.MaxValue, TrafficPolicyReader.Read);
        var ruleSets = root.Items("RuleSets", 0, int.MaxValue, RuleSetReader.Read);
        var relays = root.Items("Relays", 0, int.MaxValue, item => RelayReader.Read(item, files));
        var ingressPoints = root.Items("IngressPoints", 0, int.MaxValue, item => IngressPointReader.Read(item, substitution));
        var tests = root.Items("Tests", 0, int.MaxValue, item => RuleTestReader.Read(item, files));
        var links = new ResourceLinks(context, secrets);
        links.Check();
        return context.Errors.Count > before ? null : new ResourceSet
        {
            Identities = IdentitySet.Create(identities),
            Secrets = secrets,
            TrafficPolicies = policies,
            RuleSets = ruleSets,
            Relays = [.. relays.Select(links.WithSecretByName)],
            IngressPoints = [.. ingressPoints.Select(links.WithSecretsByName)],
            IpSets = ipSets,
            AddressLists = addressLists,
            Tests = tests,
        };
    }
}
