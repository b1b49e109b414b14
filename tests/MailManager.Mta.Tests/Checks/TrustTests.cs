using MailManager.Mta.Checks;
using MailManager.Resources;
using MailManager.Resources.Expressions;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;
using static MailManager.Mta.Tests.Checks.Lint;

namespace MailManager.Mta.Tests.Checks;

/// <summary>Whom a configuration trusts.</summary>
public class TrustTests
{
    public static TheoryData<string, bool> Ranges => new()
    {
        { "206.55.129.0/24", true },
        { "40.107.0.0/16", true },
        { "40.107.12.0/24", true },
        { "209.85.0.0/16", true },
        { "11.0.0.0/8", true },
        { "10.0.0.0/8", false },
        { "198.51.100.0/24", false },
        { "11.1.0.0/16", false },
        { "0.0.0.0/0", false },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void A_policy_that_lets_in_strangers_by_address_alone_is_shown(string range, bool isFound)
    {
        var resources = Setup(Rule(Relay)).With(Policy(AcceptAction.Deny, Allow(FromAddress(range))));

        var findings = Findings(resources);

        Assert.Equal(isFound ? ["TrafficPolicies[0].PolicyStatements[0]"] : [], findings.Select(finding => finding.Path));
        if (isFound)
        {
            var message = findings[0].Example!.Message;
            Assert.EndsWith("@example.com", message.ReversePath);
            Assert.True(ProviderRanges.OwnerOf($"{message.Client}/32") is not null || range == "11.0.0.0/8");
            Assert.Equal(OutcomeKind.Deliver, Assert.Single(Decide(resources, findings[0]).Actions).Kind);
        }
    }

    [Fact]
    public void IPv6_and_named_sets_are_seen_too()
    {
        var ipv6 = Allow(new PolicyIpv6Expression(IpOperator.CidrMatches, ["2a01:111:f400::/48"]));
        var named = Allow(new PolicyIpv4Expression(IpOperator.CidrMatches, []) { IpSets = ["ses-mail-manager"] });

        Assert.Single(Paths(FindingKind.ProviderTrusted, Setup(Rule(Relay)).With(Policy(AcceptAction.Deny, ipv6))));
        Assert.Single(Paths(FindingKind.ProviderTrusted, Setup(Rule(Relay)).With(Policy(AcceptAction.Deny, named))));
    }

    [Fact]
    public void What_ties_the_mail_down_is_enough()
    {
        var google = FromAddress("209.85.128.0/17");
        var policy = Policy(AcceptAction.Deny, Allow(google));
        var ofTenant = new RuleStringExpression(new RuleStringOperand.MimeHeader("X-Tenant"), StringOperator.Equals, ["ours"]);

        Assert.Empty(Trusted(Setup(Rule(Relay)).With(Policy(AcceptAction.Deny, Allow(google, To(StringOperator.EndsWith, "@example.com"))))));
        Assert.Empty(Trusted(Setup(When(ofTenant, Relay), Rule(Drop)).With(policy)));
        Assert.Empty(Trusted(Setup(Rule(Relay)).With(policy).With(Ingress(IngressPointType.Auth))));
        Assert.Empty(Trusted(Setup(Rule(Drop)).With(policy)));
        Assert.Single(Trusted(Setup(When(ofTenant with { Evaluate = new RuleStringOperand.MimeHeader("subject") }, Relay), Rule(Drop)).With(policy)));
        Assert.Single(Trusted(Setup(When(Text(RuleStringEmailAttribute.From, StringOperator.EndsWith, "@example.com"), Relay), Rule(Drop)).With(policy)));
    }

    [Fact]
    public void A_rule_that_goes_by_the_address_is_trusting_unless_the_policy_asks_for_more()
    {
        var resources = Setup(When(Client("40.107.0.0/16"), Relay), Rule(Drop));

        Assert.Equal(["RuleSets[0].Rules[0]"], Trusted(resources));
        Assert.Empty(Trusted(resources.With(Policy(AcceptAction.Deny, Allow(To(StringOperator.EndsWith, "@example.com"))))));
    }

    [Fact]
    public void The_open_relay_search_says_how_much_it_has_tried()
    {
        var finding = Assert.Single(Run(Setup(Rule(Relay), Rule(Send))).Findings);

        Assert.Equal((FindingKind.NoOpenRelay, "IngressPoints[0]"), (finding.Kind, finding.Path));
        Assert.Matches("^no open relay: [1-9][0-9]* message paths tried", finding.Message);
    }

    [Fact]
    public void An_engine_that_relays_for_strangers_is_caught()
    {
        // As if recipients were not looked at, for one sender only.
        IMessageDecider broken = new Decider(message => message.ReversePath == "only@x.example"
            ? [new DecidedAction(OutcomeKind.Deliver, message.Recipient, 0)]
            : []);
        var rules = Setup(When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "only@x.example"), Relay), Rule(Drop));

        var finding = Assert.Single(Findings(rules, _ => broken), finding => finding.Kind == FindingKind.OpenRelay);

        Assert.Equal((FindingSeverity.Error, "IngressPoints[0]"), (finding.Kind.Severity, finding.Path));
        Assert.Equal("only@x.example", finding.Example!.Message.ReversePath);
        Assert.False(rules.Identities.Covers(finding.Example.Message.Recipient));
        Assert.DoesNotContain(Findings(rules), finding => finding.Kind == FindingKind.OpenRelay);
    }

    [Fact]
    public void Sending_for_an_authenticated_client_with_a_sender_that_is_not_ours_is_caught()
    {
        IMessageDecider sends(Func<MessageCase, bool> when) =>
            new Decider(message => when(message) ? [new DecidedAction(OutcomeKind.Deliver, message.Recipient, 0)] : []);
        var resources = Setup(Rule(Send)).With(Ingress(IngressPointType.Auth));

        Assert.Contains(Findings(resources, _ => sends(_ => true)), finding => finding.Kind == FindingKind.OpenRelay);
        Assert.DoesNotContain(
            Findings(resources, _ => sends(message => resources.Identities.Covers(message.ReversePath))), finding => finding.Kind == FindingKind.OpenRelay);
    }

    [Fact]
    public void Sending_for_whoever_logs_in_is_mentioned()
    {
        var auth = Ingress(IngressPointType.Auth);
        var asOurs = When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "a@example.com"), Send);

        Assert.Equal(["RuleSets[0].Rules[0]"], Paths(FindingKind.AnySender, Setup(Rule(Send)).With(auth)));
        Assert.Empty(Paths(FindingKind.AnySender, Setup(asOurs).With(auth)));
        Assert.Empty(Paths(FindingKind.AnySender, Setup(Rule(Send))));
    }

    private static string[] Trusted(ResourceSet resources) => Paths(FindingKind.ProviderTrusted, resources);

    private sealed class Decider(Func<MessageCase, DecidedAction[]> actions) : IMessageDecider
    {
        public MessageDecision Decide(MessageCase message) => new() { IsAdmitted = true, Statement = -1, Actions = [.. actions(message)] };
    }
}
