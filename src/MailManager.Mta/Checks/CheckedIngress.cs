using System.Collections.Immutable;
using System.Security.Authentication;
using MailManager.Mta.Hosting;
using MailManager.Mta.Intake;
using MailManager.Resources;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.IpSets;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules;
using MailManager.Rules.CaseAnalysis;

namespace MailManager.Mta.Checks;

/// <summary>An ingress point with its policy and rule set, ready to be asked.</summary>
internal sealed class CheckedIngress
{
    /// <summary>Steps of all questions about one ingress point, and of each: what takes well under a second.</summary>
    private const long TotalSteps = 30_000_000;
    private const long StepsOfQuestion = 200_000;

    private CheckedIngress(int index, IngressPoint ingress, ResourceSet resources, RuleEnvironment environment, IMessageDecider decider)
    {
        Index = index;
        Ingress = ingress;
        Decider = decider;
        Clients = Profile(ingress, resources);
        (Policy, PolicyIndex) = Find(resources.TrafficPolicies, policy => policy.TrafficPolicyName == ingress.TrafficPolicyId);
        (RuleSet, RuleSetIndex) = Find(resources.RuleSets, ruleSet => ruleSet.RuleSetName == ingress.RuleSetId);
        Watched = [.. TrustedRanges.Of(Policy, RuleSet, resources.IpSets).Select(ProviderRanges.ForeignPart).Distinct(StringComparer.Ordinal)];
        Effort = new Effort(TotalSteps, StepsOfQuestion);
        Analysis = new IngressAnalysis(
            new AnalysisSubject
            {
                Policy = Policy,
                RuleSet = RuleSet,
                Environment = environment,
                Clients = Clients,
                IpSets = [.. BuiltInIpSets.All, .. resources.IpSets],
                AddressLists = resources.AddressLists,
                WatchedRanges = Watched,
            },
            Effort);
    }

    /// <summary>In the configuration's list.</summary>
    public int Index { get; }

    public string Path => $"IngressPoints[{Index}]";

    public string Name => Ingress.IngressPointName;

    public IngressPoint Ingress { get; }

    public TrafficPolicy Policy { get; }

    public int PolicyIndex { get; }

    public RuleSet RuleSet { get; }

    public int RuleSetIndex { get; }

    public ClientProfile Clients { get; }

    public IMessageDecider Decider { get; }

    public IngressAnalysis Analysis { get; }

    /// <summary>What the analysis has cost.</summary>
    public Effort Effort { get; }

    /// <summary>Address ranges that strangers can send from, which its policy or rules name.</summary>
    public ImmutableArray<string> Watched { get; }

    /// <summary>The actions of rules that are enabled and no shadows.</summary>
    public IEnumerable<RuleAction> ActiveActions => RuleSet.Rules.Where(IsActive).SelectMany(rule => rule.Actions);

    /// <param name="resources">All in force.</param>
    /// <param name="ingresses">Built of them.</param>
    /// <param name="decide">What decides on messages at an ingress point.</param>
    public static ImmutableArray<CheckedIngress> Create(
        ResourceSet resources, IReadOnlyList<BuiltIngress> ingresses, Func<IngressRuntime, IMessageDecider> decide) =>
        [.. ingresses.Select((built, i) => new CheckedIngress(i, built.Ingress, resources, built.Environment, decide(built.Runtime)))];

    public static bool IsActive(Rule rule) => rule.Enabled && !rule.Shadow;

    public string RulePath(int rule) => $"RuleSets[{RuleSetIndex}].Rules[{rule}]";

    public string StatementPath(int statement) => $"TrafficPolicies[{PolicyIndex}].PolicyStatements[{statement}]";

    private static (T Resource, int Index) Find<T>(ImmutableArray<T> resources, Func<T, bool> isIt)
    {
        var index = resources.IndexOf(resources.Single(isIt));
        return (resources[index], index);
    }

    private static ClientProfile Profile(IngressPoint ingress, ResourceSet resources)
    {
        var policy = resources.TrafficPolicies.Single(policy => policy.TrafficPolicyName == ingress.TrafficPolicyId);
        var requiresTls = ingress.TlsPolicy != TlsPolicy.Optional || ingress.Type == IngressPointType.Mtls;
        var kinds = ingress.Listeners.SelectMany(listener =>
        {
            var isWrapped = listener.Tls == ListenerTls.Implicit;
            SessionTls[] encrypted = [new(SslProtocols.Tls13, isWrapped), new(SslProtocols.Tls12, isWrapped)];
            return isWrapped || requiresTls ? encrypted : encrypted.Prepend(new SessionTls(SslProtocols.None, false));
        });
        return new ClientProfile
        {
            Tls = [.. kinds.Distinct()],
            AuthenticatedAs = ingress.Type == IngressPointType.Auth ? ingress.IngressPointName : null,
            HasCertificate = ingress.Type == IngressPointType.Mtls,
            MaxMessageSize = policy.MaxMessageSizeBytes ?? IngressRuntime.DefaultMaxMessageSize,
        };
    }
}
