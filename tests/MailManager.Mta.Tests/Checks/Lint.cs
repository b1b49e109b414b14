using System.Collections.Immutable;
using System.Net;
using System.Text;
using MailManager.Mta.Checks;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Mta.Intake;
using MailManager.Mta.NamedSets;
using MailManager.Resources;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Tests.Checks;

/// <summary>Short words for configurations, and what is found in them.</summary>
internal static class Lint
{
    public static readonly RuleAction Relay = new RuleAction.Relay("inside", null, null);
    public static readonly RuleAction Send = new RuleAction.Send("role", null);
    public static readonly RuleAction Drop = new RuleAction.Drop();
    public static readonly RuleAction Bounce = new RuleAction.Bounce("role", "bounces@example.com", "5.1.1", "550", "no such user", null, null);
    public static readonly RuleAction Header = new RuleAction.AddHeader("X-A", "v");

    /// <summary>An open ingress point in clear text that lets everything in: identity example.com, relay "inside", one rule set.</summary>
    public static ResourceSet Setup(params Rule[] rules) => new()
    {
        Identities = new IdentitySet(["example.com"]),
        Secrets = [],
        TrafficPolicies = [Policy(AcceptAction.Allow)],
        RuleSets = [new RuleSet { RuleSetName = "rules", Rules = [.. rules] }],
        Relays = [new Relay { RelayName = "inside", Servers = [new RelayServer("127.0.0.1", 25)], Authentication = new RelayAuthentication.None() }],
        IngressPoints = [Ingress()],
    };

    public static TrafficPolicy Policy(AcceptAction byDefault, params PolicyStatement[] statements) =>
        new() { TrafficPolicyName = "policy", DefaultAction = byDefault, PolicyStatements = [.. statements] };

    public static PolicyStatement Allow(params PolicyCondition[] conditions) => new(AcceptAction.Allow, [.. conditions]);

    public static PolicyStatement Deny(params PolicyCondition[] conditions) => new(AcceptAction.Deny, [.. conditions]);

    public static PolicyCondition To(StringOperator op, params string[] values) =>
        new PolicyStringExpression(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), op, [.. values]);

    public static PolicyCondition FromAddress(params string[] values) => new PolicyIpv4Expression(IpOperator.CidrMatches, [.. values]);

    public static IngressPoint Ingress(IngressPointType type = IngressPointType.Open, TlsPolicy tls = TlsPolicy.Optional) => new()
    {
        IngressPointName = "front-door",
        Type = type,
        TrafficPolicyId = "policy",
        RuleSetId = "rules",
        TlsPolicy = tls,
        Authentication = type == IngressPointType.Auth ? new IngressAuthentication.Password(new IngressPassword.Managed("password1")) : new IngressAuthentication.None(),
        Listeners = [new ListenerSettings { Address = new IPEndPoint(IPAddress.Loopback, 2525) }],
    };

    public static Rule Rule(params RuleAction[] actions) => new() { Actions = [.. actions] };

    public static Rule When(RuleCondition condition, params RuleAction[] actions) => new() { Conditions = [condition], Actions = [.. actions] };

    public static RuleCondition Text(RuleStringEmailAttribute attribute, StringOperator op, params string[] values) =>
        new RuleStringExpression(new RuleStringOperand.Attribute(attribute), op, [.. values]);

    public static RuleCondition Client(params string[] values) => new RuleIpExpression(IpOperator.CidrMatches, [.. values]);

    public static ResourceSet With(this ResourceSet resources, TrafficPolicy policy) => resources with { TrafficPolicies = [policy] };

    public static ResourceSet With(this ResourceSet resources, IngressPoint ingress) => resources with { IngressPoints = [ingress] };

    /// <summary>All findings but the one that says how many paths were tried.</summary>
    public static Finding[] Findings(ResourceSet resources, Func<IngressRuntime, IMessageDecider>? decide = null) =>
        [.. Run(resources, decide).Findings.Where(finding => finding.Kind != FindingKind.NoOpenRelay)];

    public static (IReadOnlyList<Finding> Findings, ImmutableArray<CheckedIngress> Ingresses) Run(ResourceSet resources, Func<IngressRuntime, IMessageDecider>? decide = null)
    {
        var configuration = Load(resources);
        return ConfigurationLint.Run(configuration, Build(configuration), decide ?? (runtime => new RuntimeDecider(runtime)));
    }

    /// <summary>The paths of the findings of one kind.</summary>
    public static string[] Paths(FindingKind kind, ResourceSet resources) =>
        [.. Run(resources).Findings.Where(finding => finding.Kind == kind).Select(finding => finding.Path)];

    /// <summary>What becomes of the message of a finding's example at the ingress point.</summary>
    public static MessageDecision Decide(ResourceSet resources, Finding finding) =>
        new RuntimeDecider(Build(Load(resources))[0].Runtime).Decide(finding.Example!.Message);

    public static LoadedConfiguration Load(ResourceSet resources)
    {
        using var text = new MemoryStream(Encoding.UTF8.GetBytes("Node: { Hostname: mx.example.com, DataDirectory: ./data }\nIdentities: [ example.com ]\n"));
        return ConfigurationFile.Load(text, "sample.yaml").Configuration! with { ResourceSet = resources };
    }

    public static IReadOnlyList<BuiltIngress> Build(LoadedConfiguration configuration)
    {
        var (sets, _, _) = NamedSetTable.LoadAsync(configuration.ResourceSet).GetAwaiter().GetResult();
        var (ingresses, errors) = RuntimeBuilder.Build(configuration, sets, TimeProvider.System);
        Assert.Empty(errors);
        return ingresses;
    }
}
