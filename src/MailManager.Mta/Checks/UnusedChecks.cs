using MailManager.Resources;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Checks;

/// <summary>Resources that nothing in the configuration refers to.</summary>
internal static class UnusedChecks
{
    public static IEnumerable<Finding> Of(ResourceSet resources)
    {
        var rules = ConditionLeaves.OfRules(resources).Select(leaf => leaf.Condition).ToArray();
        var policies = ConditionLeaves.OfPolicies(resources).Select(leaf => leaf.Condition).ToArray();
        var actions = resources.RuleSets.SelectMany(ruleSet => ruleSet.Rules).SelectMany(rule => rule.Actions);
        return
        [
            .. Unused("Secrets", "secret", resources.Secrets.Select(secret => secret.Name), Secrets(resources)),
            .. Unused(
                "TrafficPolicies",
                "traffic policy",
                resources.TrafficPolicies.Select(policy => policy.TrafficPolicyName),
                resources.IngressPoints.Select(point => point.TrafficPolicyId)),
            .. Unused(
                "RuleSets", "rule set", resources.RuleSets.Select(ruleSet => ruleSet.RuleSetName), resources.IngressPoints.Select(point => point.RuleSetId)),
            .. Unused(
                "Relays", "relay", resources.Relays.Select(relay => relay.RelayName), actions.OfType<RuleAction.Relay>().Select(relay => relay.RelayName)),
            .. Unused("IpSets", "IP set", resources.IpSets.Select(set => set.IpSetName), rules.SelectMany(IpSets).Concat(policies.SelectMany(IpSets))),
            .. Unused(
                "AddressLists",
                "address list",
                resources.AddressLists.Select(list => list.AddressListName),
                rules.SelectMany(AddressLists).Concat(policies.SelectMany(AddressLists))),
        ];
    }

    private static IEnumerable<Finding> Unused(string key, string noun, IEnumerable<string> names, IEnumerable<string> used)
    {
        var references = used.Select(LastPart).ToHashSet(StringComparer.Ordinal);
        return names
            .Select((name, i) => (name, Path: $"{key}[{i}]"))
            .Where(resource => !references.Contains(resource.name))
            .Select(resource => new Finding(FindingKind.Unused, resource.Path, $"nothing uses the {noun} '{resource.name}'"));
    }

    /// <summary>References may be ARNs, which end in the name.</summary>
    private static string LastPart(string reference) => reference[(reference.LastIndexOfAny(['/', ':']) + 1)..];

    private static IEnumerable<string> Secrets(ResourceSet resources) =>
        resources.Relays.Select(relay => (relay.Authentication as RelayAuthentication.FromSecret)?.Secret ?? (relay.Authentication as RelayAuthentication.OAuth)?.Secret).OfType<string>()
            .Concat(resources.IngressPoints.SelectMany(Passwords).OfType<IngressPassword.FromSecret>().Select(password => password.Secret));

    private static IEnumerable<IngressPassword> Passwords(IngressPoint point) =>
        point.Credentials.Select(credential => credential.Password)
            .Concat(point.Authentication is IngressAuthentication.Password password ? [password.Value] : []);

    private static IEnumerable<string> IpSets(RuleCondition condition) => condition is RuleIpExpression ip ? ip.IpSets : [];

    private static IEnumerable<string> IpSets(PolicyCondition condition) => condition switch
    {
        PolicyIpv4Expression ip => ip.IpSets,
        PolicyIpv6Expression ip => ip.IpSets,
        _ => [],
    };

    private static IEnumerable<string> AddressLists(RuleCondition condition) =>
        condition is RuleBooleanExpression { Evaluate: RuleBooleanOperand.IsInAddressList list } ? [list.AddressList] : [];

    private static IEnumerable<string> AddressLists(PolicyCondition condition) =>
        condition is PolicyBooleanExpression { Evaluate: PolicyBooleanOperand.RecipientIsInAddressList list } ? [list.AddressList] : [];
}
