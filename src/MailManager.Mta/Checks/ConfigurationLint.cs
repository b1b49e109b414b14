using System.Collections.Immutable;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Mta.Intake;

namespace MailManager.Mta.Checks;

/// <summary>
/// Looks in a configuration without errors for what is probably not meant. Nothing is said that is not so: whatever has an example was asked of the
/// policies and rule sets in force, and what is said never to happen is proven; what can be neither shown nor proven is not mentioned.
/// </summary>
internal static class ConfigurationLint
{
    /// <summary>All findings, in the order of the file.</summary>
    /// <param name="configuration">Without errors.</param>
    /// <param name="ingresses">Built of it, in its order.</param>
    public static IReadOnlyList<Finding> Run(LoadedConfiguration configuration, IReadOnlyList<BuiltIngress> ingresses) =>
        Run(configuration, ingresses, static runtime => new RuntimeDecider(runtime)).Findings;

    /// <summary>The same with what decides on messages given, and what it was found with.</summary>
    internal static (IReadOnlyList<Finding> Findings, ImmutableArray<CheckedIngress> Ingresses) Run(
        LoadedConfiguration configuration, IReadOnlyList<BuiltIngress> ingresses, Func<IngressRuntime, IMessageDecider> decide)
    {
        var resources = configuration.ResourceSet;
        var all = CheckedIngress.Create(resources, ingresses, decide);
        Finding[] findings =
        [
            .. UnusedChecks.Of(resources),
            .. EgressChecks.Of(configuration),
            .. ValueChecks.Of(resources),
            .. resources.RuleSets.SelectMany((ruleSet, i) => ActionChecks.Of(ruleSet, $"RuleSets[{i}]")),
            .. all.GroupBy(ingress => ingress.PolicyIndex).SelectMany(users => PolicyChecks.Of([.. users])),
            .. all.GroupBy(ingress => ingress.RuleSetIndex).SelectMany(users => RuleChecks.Of([.. users])),
            .. all.SelectMany(MessagePathChecks.Of),
            .. all.SelectMany(ingress => ProviderChecks.Of(ingress, resources.IpSets)),
            .. all.SelectMany(SenderCheck.Of),
            .. all.SelectMany(BounceChecks.Of),
            .. all.Select(ingress => OpenRelayCheck.Of(ingress, address => resources.Identities.Covers(address))),
        ];

        // What two ingress points show of one rule is said once.
        return (
            [
                .. findings.DistinctBy(finding => (finding.Kind, finding.Path, finding.Message))
                    .OrderBy(finding => configuration.ErrorAt(finding.Path, finding.Message).Location.Line)
                    .ThenBy(finding => finding.Kind.Code, StringComparer.Ordinal),
            ],
            all);
    }
}
