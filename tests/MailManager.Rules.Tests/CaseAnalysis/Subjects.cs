using System.Collections.Immutable;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.Sets;

namespace MailManager.Rules.Tests.CaseAnalysis;

/// <summary>Short words for what is analysed.</summary>
internal static class Subjects
{
    private static readonly ImmutableArray<AddressList> Lists =
    [
        new() { AddressListName = "plain", Addresses = ["a@x", "a@example.com"] },
        new() { AddressListName = "wild", Addresses = ["*@y.x", "*.x", "one@example.net", "abc*@example.com"] },
        new() { AddressListName = "from-file", Files = [new AddressListFile("/lists/members.csv", ImportDataType.Csv)] },
    ];

    public static RuleEnvironment Environment { get; } = new()
    {
        Identities = new IdentitySet(["example.com", "one@example.net"]),
        Relays = new HashSet<string> { "relay-a", "relay-b" },
        AddressLists = Lists.ToDictionary(list => list.AddressListName, list => new NamedAddressList(list.AddressListName, AddressSet.Create(list.Addresses))),
    };

    public static TrafficPolicy Policy(AcceptAction byDefault, params PolicyStatement[] statements) =>
        new() { TrafficPolicyName = "policy", DefaultAction = byDefault, PolicyStatements = [.. statements] };

    public static PolicyStatement Allow(params PolicyCondition[] conditions) => new(AcceptAction.Allow, [.. conditions]);

    public static PolicyStatement Deny(params PolicyCondition[] conditions) => new(AcceptAction.Deny, [.. conditions]);

    public static PolicyCondition Recipient(StringOperator op, params string[] values) =>
        new PolicyStringExpression(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), op, [.. values]);

    public static PolicyCondition Ip(params string[] values) => new PolicyIpv4Expression(IpOperator.CidrMatches, [.. values]);

    public static PolicyCondition Tls(TlsProtocolVersion version) => new PolicyTlsExpression(TlsProtocolOperator.MinimumTlsVersion, version);

    public static IngressAnalysis Of(params Rule[] rules) => Of(Policy(AcceptAction.Allow), rules);

    public static IngressAnalysis Of(TrafficPolicy policy, params Rule[] rules) => Of(policy, ClientProfile.Open, Effort(), rules);

    public static IngressAnalysis Of(TrafficPolicy policy, ClientProfile clients, Effort effort, params Rule[] rules) => new(
        new AnalysisSubject
        {
            Policy = policy,
            RuleSet = new RuleSet { RuleSetName = "rules", Rules = [.. rules] },
            Environment = Environment,
            Clients = clients,
            AddressLists = Lists,
        },
        effort);

    public static Effort Effort() => new(10_000_000, 300_000);
}
