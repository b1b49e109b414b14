using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using MailManager.Mta.Checks;
using MailManager.Mta.Configuration;
using MailManager.Mta.QuickStart;
using MailManager.Resources.Expressions;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using MailManager.TestKit;
using static MailManager.Mta.Tests.Checks.Lint;

namespace MailManager.Mta.Tests.Checks;

public partial class LintTests
{
    private static readonly RuleAction Replace = new RuleAction.ReplaceRecipient(["b@example.com"]);

    [Fact]
    public void The_guide_has_a_section_for_each_kind_of_finding()
    {
        var guide = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs/linting.md"));

        Assert.Equal(
            FindingKind.All.Select(kind => $"{kind.Code} {kind.Severity.ToString().ToLowerInvariant()}"),
            Section().Matches(guide).Select(match => match.Groups[1].Value));
        Assert.Equal(FindingKind.All.Length, FindingKind.All.Select(kind => kind.Code).Distinct().Count());
        Assert.Equal(FindingKind.All, typeof(FindingKind).GetFields().Where(field => field.IsStatic).Select(field => (FindingKind)field.GetValue(null)!));
    }

    [Fact]
    public void Findings_come_in_the_order_of_the_file_and_lead_to_its_lines()
    {
        const string Sample = """
            Node: { Hostname: mx.example.com, DataDirectory: ./data }
            Identities: [ example.com ]
            TrafficPolicies:
              - TrafficPolicyName: policy
                DefaultAction: ALLOW
                PolicyStatements: []
            RuleSets:
              - RuleSetName: rules
                Rules:
                  - Conditions:
                      - AnyOf:
                          - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: EQUALS, Values: [ spam ] }
                          - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: EQUALS, Values: [ "*@example.com" ] }
                    Actions: [ { Drop: {} } ]
            Relays:
              - { RelayName: inside, ServerName: 127.0.0.1, ServerPort: 25, Authentication: { NoAuthentication: {} } }
            IngressPoints:
              - IngressPointName: front-door
                Type: OPEN
                TlsPolicy: OPTIONAL
                TrafficPolicyId: policy
                RuleSetId: rules
                Listeners: ["127.0.0.1:2525"]
            """;
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(Sample));
        var configuration = ConfigurationFile.Load(content, "sample.yaml").Configuration!;

        var findings = ConfigurationLint.Run(configuration, Build(configuration));

        Assert.Equal(
            [(13, "MM031"), (16, "MM010"), (18, "MM001"), (18, "MM022")],
            findings.Select(finding => (configuration.ErrorAt(finding.Path, finding.Message).Location.Line, finding.Kind.Code)));
    }

    [Fact]
    public void Nothing_is_wrong_with_the_quick_start()
    {
        var configuration = QuickStartConfiguration.Load(new ConfigurationSource()).Configuration!;

        Assert.Equal([FindingKind.NoOpenRelay], ConfigurationLint.Run(configuration, Build(configuration)).Select(finding => finding.Kind));
    }

    [Fact]
    public void The_largest_rule_set_is_looked_through_within_the_steps_of_a_second()
    {
        // 40 rules of 20 conditions, on all operands, that overlap: 10 values each, many prefixes, suffixes and texts contained.
        var rules = Enumerable.Range(0, 40).Select(i => new Rule
        {
            Conditions = [.. Enumerable.Range(0, 10).Select(c => Condition(i, c))],
            Unless = [.. Enumerable.Range(10, 10).Select(c => Condition(i, c))],
            Actions = [i % 3 == 0 ? Drop : Relay],
        });
        var statements = Enumerable.Range(0, 20).Select(i => Allow(To(StringOperator.EndsWith, $"@{(char)('a' + i)}.example.com"), FromAddress($"198.51.{i}.0/24")));
        var resources = Setup([.. rules]).With(Policy(AcceptAction.Deny, [.. statements, Allow(To(StringOperator.EndsWith, "@example.com"))]));

        var (findings, ingresses) = Run(resources);

        Assert.Contains(findings, finding => finding.Kind == FindingKind.Unserved);
        Assert.InRange(ingresses[0].Effort.Steps, 1, 8_000_000);
    }

    [Fact]
    public void Every_example_does_what_its_finding_says()
    {
        var shown = 0;
        var text = Gen.Select(
            Of(RuleStringEmailAttribute.MailFrom, RuleStringEmailAttribute.Recipient, RuleStringEmailAttribute.RecipientDomain, RuleStringEmailAttribute.Subject),
            Of(StringOperator.Equals, StringOperator.NotEquals, StringOperator.EndsWith, StringOperator.Contains, StringOperator.Matches),
            Of("a@example.com", "example.com", "@example.com", "a", "b@x.example"));
        var condition = Gen.OneOf(
            text.Select(t => Text(t.Item1, t.Item2, t.Item3)),
            Of("40.107.0.0/16", "192.0.2.0/24", "0.0.0.0/0").Select(range => Client(range)));
        var rule = Gen.Select(condition.Array[0, 2], condition.Array[0, 1], Of(Relay, Send, Drop, Bounce, Header, Replace).Array[1, 3])
            .Select((conditions, unless, actions) => new Rule { Conditions = [.. conditions], Unless = [.. unless], Actions = [.. actions] });
        Gen.Select(rule.Array[1, 5], Gen.Bool, Gen.Bool).Sample(
            (rules, isAuthenticated, isDenying) =>
            {
                var resources = Setup(rules)
                    .With(Ingress(isAuthenticated ? IngressPointType.Auth : IngressPointType.Open))
                    .With(isDenying ? Policy(AcceptAction.Deny, Allow(FromAddress("40.107.0.0/16")), Allow(To(StringOperator.StartsWith, "a"))) : Policy(AcceptAction.Allow));
                foreach (var finding in Findings(resources).Where(finding => finding.Example is not null))
                {
                    Interlocked.Increment(ref shown);
                    Assert.True(IsSo(finding, Decide(resources, finding)), finding.ToString());
                }
            },
            iter: 100);

        Assert.True(shown > 30, $"{shown} shown");
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool IsSo(Finding finding, MessageDecision decision) => decision.IsAdmitted && finding.Kind.Code switch
    {
        "MM001" => decision.IsUnserved,
        "MM020" => finding.Example!.Message is { AuthenticatedAs: null, Client: var client } && client.ToString().StartsWith("40.107.", StringComparison.Ordinal)
            && decision.Actions.Any(action => action.Kind == OutcomeKind.Deliver),
        "MM035" => decision.Actions.Any(action => action.Kind == OutcomeKind.Deliver) && decision.Actions.Any(action => action.Kind == OutcomeKind.Bounce),
        _ => false,
    };

    private static RuleCondition Condition(int rule, int condition)
    {
        string[] values(string before, string after) => [.. Enumerable.Range(0, 10).Select(value => $"{before}{rule}-{condition}-{value}{after}")];
        return (condition % 5) switch
        {
            0 => Text(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, values("@", ".example")),
            1 => Text(RuleStringEmailAttribute.MailFrom, StringOperator.StartsWith, values("a", "")),
            2 => Text(RuleStringEmailAttribute.Subject, StringOperator.Contains, values("offer ", "")),
            3 => Text(RuleStringEmailAttribute.Recipient, StringOperator.NotEquals, values("r", "@example.com")),
            _ => Client([.. Enumerable.Range(0, 10).Select(value => $"10.{rule}.{(condition * 10) + value}.0/24")]),
        };
    }

    [GeneratedRegex(@"^### (MM\d{3} \w+)", RegexOptions.Multiline)]
    private static partial Regex Section();
}
