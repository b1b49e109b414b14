using MailManager.Mta.Checks;
using MailManager.Resources.Expressions;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;
using static MailManager.Mta.Tests.Checks.Lint;

namespace MailManager.Mta.Tests.Checks;

public class MessagePathTests
{
    [Fact]
    public void Mail_that_no_rule_takes_care_of_is_shown()
    {
        var resources = Setup(When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, "@a.example"), Relay), When(Client("192.0.2.0/24"), Drop));

        var finding = Assert.Single(Findings(resources));

        Assert.Equal((FindingKind.Unserved, "IngressPoints[0]"), (finding.Kind, finding.Path));
        Assert.True(Decide(resources, finding) is { IsAdmitted: true, IsUnserved: true });
        Assert.DoesNotContain("192.0.2.", finding.Example!.Message.Client.ToString());
        Assert.Contains("RCPT TO:<someone@example.com>", finding.ToString());
    }

    [Fact]
    public void A_rule_for_the_rest_takes_care_of_all() => Assert.Empty(Findings(
        Setup(When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, "@a.example"), Relay), Rule(new RuleAction.Reject("550", "5.7.1", "no")))));

    [Fact]
    public void What_the_policy_keeps_out_need_not_be_taken_care_of() => Assert.DoesNotContain(
        FindingKind.Unserved,
        Findings(Setup(When(Text(RuleStringEmailAttribute.Recipient, StringOperator.StartsWith, "info@"), Relay))
            .With(Policy(AcceptAction.Deny, Allow(To(StringOperator.Equals, "info@example.com"))))).Select(finding => finding.Kind));

    [Fact]
    public void A_recipient_replaced_by_one_that_may_not_be_relayed_for_is_shown()
    {
        Rule rules(string with) => Rule(new RuleAction.ReplaceRecipient([with]), Relay);

        var finding = Assert.Single(Findings(Setup(rules("a@elsewhere.example"))));

        Assert.Equal(FindingKind.Unserved, finding.Kind);
        Assert.Empty(Findings(Setup(rules("a@example.com"))));
    }

    [Fact]
    public void A_bounce_of_the_null_sender_is_nobody_told()
    {
        var finding = Assert.Single(Findings(Setup(Rule(Bounce))), finding => finding.Kind == FindingKind.Unserved);

        Assert.Equal("", finding.Example!.Message.ReversePath);
    }

    [Fact]
    public void Shadow_and_disabled_rules_take_care_of_nobody()
    {
        Assert.Contains(FindingKind.Unserved, Findings(Setup(Rule(Relay) with { Shadow = true })).Select(finding => finding.Kind));
        Assert.Contains(FindingKind.Unserved, Findings(Setup(Rule(Relay) with { Enabled = false })).Select(finding => finding.Kind));
    }

    [Fact]
    public void An_ingress_point_that_lets_nothing_in_is_found()
    {
        var resources = Setup(Rule(Relay));

        Assert.Equal(["IngressPoints[0]"], Paths(FindingKind.AdmitsNothing, resources.With(Policy(AcceptAction.Deny, Allow(To(StringOperator.EndsWith, "@example.net"))))));
        Assert.Empty(Paths(FindingKind.AdmitsNothing, resources.With(Policy(AcceptAction.Deny, Allow(To(StringOperator.EndsWith, "example.com"))))));
    }

    [Fact]
    public void Mail_for_strangers_of_a_client_that_may_send_is_taken_care_of_too()
    {
        var resources = Setup(When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, "@example.com"), Send), When(Text(RuleStringEmailAttribute.Recipient, StringOperator.EndsWith, "@example.com"), Relay))
            .With(Ingress(IngressPointType.Auth));

        var example = Assert.Single(Findings(resources), finding => finding.Kind == FindingKind.Unserved).Example!;

        Assert.Equal(("", "front-door"), (example.Message.ReversePath, example.Message.AuthenticatedAs));
    }

    [Fact]
    public void A_decision_is_the_one_of_a_session()
    {
        var resources = Setup(When(Text(RuleStringEmailAttribute.Recipient, StringOperator.StartsWith, "a"), Send), When(Client("192.0.2.0/24"), Drop))
            .With(Policy(AcceptAction.Allow, Deny(To(StringOperator.StartsWith, "denied"))));
        var decider = new RuntimeDecider(Build(Load(resources))[0].Runtime);
        MessageDecision decide(string recipient) => decider.Decide(MessageCase.Default with { Recipient = recipient });

        Assert.True(decide("denied@example.com") is { IsAdmitted: false, Statement: 0 });
        Assert.False(decide("a@elsewhere.example").IsAdmitted);
        Assert.Equal(
            [new DecidedAction(OutcomeKind.Deliver, "a@example.com", 0), new DecidedAction(OutcomeKind.Drop, "a@example.com", 1)], decide("a@example.com").Actions);
        Assert.Equal((true, -1, false), (decide("b@example.com").IsAdmitted, decide("b@example.com").Statement, decide("b@example.com").IsUnserved));
    }

    [Fact]
    public void An_example_can_be_made_a_rule_test()
    {
        var example = new CounterExample(
            "front-door", MessageCase.Default with { Recipient = "a@example.com", Header = [new HeaderLine("Subject", "x")], Size = 300, Tls = System.Security.Authentication.SslProtocols.Tls13 });

        var test = example.ToRuleTest("served", "relay inside");

        Assert.Equal(300, test.Message.Length);
        Assert.StartsWith("Subject: x\r\n\r\n", System.Text.Encoding.ASCII.GetString(test.Message.Span));
        Assert.Equal(["a@example.com"], test.Envelope.Recipients);
        Assert.Equal(("front-door", TlsProtocolVersion.Tls13), (test.IngressPoint, test.Envelope.Tls));
        Assert.Equal(("a@example.com", "relay inside"), (test.Expect[0].Recipient, test.Expect[0].Disposition));
    }
}
