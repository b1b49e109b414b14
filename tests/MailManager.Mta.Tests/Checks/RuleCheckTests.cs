using MailManager.Mta.Checks;
using MailManager.Resources.Expressions;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.RuleSets;
using static MailManager.Mta.Tests.Checks.Lint;

namespace MailManager.Mta.Tests.Checks;

public class RuleCheckTests
{
    [Fact]
    public void Conditions_that_exclude_each_other_are_named()
    {
        var never = Rule(Drop) with
        {
            Conditions = [Client("192.0.2.0/24"), Text(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "a@x.example"), Text(RuleStringEmailAttribute.Subject, StringOperator.Equals, "x")],
            Unless = [Text(RuleStringEmailAttribute.MailFromDomain, StringOperator.Equals, "x.example")],
        };

        var finding = Assert.Single(Findings(Setup(never, Rule(Relay))));

        Assert.Equal((FindingKind.RuleNeverMatches, "RuleSets[0].Rules[0]"), (finding.Kind, finding.Path));
        Assert.EndsWith("Conditions[1] and Unless[0] exclude each other", finding.Message);
        Assert.Empty(Findings(Setup(never with { Unless = [Text(RuleStringEmailAttribute.MailFromDomain, StringOperator.Equals, "y.example")] }, Rule(Relay))));
    }

    [Fact]
    public void What_sessions_of_the_ingress_point_never_are_makes_a_rule_useless()
    {
        var clear = When(new RuleBooleanExpression(new RuleBooleanOperand.Attribute(RuleBooleanEmailAttribute.Tls), BooleanOperator.IsFalse), Drop);

        var required = Setup(clear, Rule(Relay)).With(Ingress(tls: TlsPolicy.Required));

        Assert.Equal(["RuleSets[0].Rules[0]"], Paths(FindingKind.RuleNeverMatches, required));
        Assert.Empty(Findings(Setup(clear, Rule(Relay))));
        Assert.Empty(Paths(FindingKind.RuleNeverMatches, required with { IngressPoints = [Ingress(tls: TlsPolicy.Required), Ingress() with { IngressPointName = "second" }] }));
    }

    [Fact]
    public void A_rule_behind_one_that_drops_all_that_it_could_match_is_never_reached()
    {
        var drops = When(Text(RuleStringEmailAttribute.MailFromDomain, StringOperator.EndsWith, "x.example"), Drop) with { Name = "drop-x" };
        var narrower = When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, "@x.example"), Relay);

        var finding = Assert.Single(Findings(Setup(drops, narrower, Rule(Relay))));

        Assert.Equal((FindingKind.RuleNeverReached, "RuleSets[0].Rules[1]"), (finding.Kind, finding.Path));
        Assert.Contains("Rules[0] (drop-x) ends processing", finding.Message);
        Assert.Empty(Paths(FindingKind.RuleNeverReached, Setup(narrower, drops, Rule(Relay))));
        Assert.Empty(Paths(FindingKind.RuleNeverReached, Setup(drops with { Shadow = true }, narrower, Rule(Relay))));
    }

    [Fact]
    public void Several_rules_together_can_leave_nothing()
    {
        var rules = new[] { When(Client("0.0.0.0/0"), Drop), When(Client("::/0"), new RuleAction.Reject("550", "5.7.1", "no")), Rule(Relay) };

        var finding = Assert.Single(Findings(Setup(rules)));

        Assert.Equal((FindingKind.RuleNeverReached, "RuleSets[0].Rules[2]"), (finding.Kind, finding.Path));
        Assert.Contains("the rules before it", finding.Message);
    }

    [Fact]
    public void A_rule_for_recipients_that_are_refused_before_is_never_reached()
    {
        var forOthers = When(Text(RuleStringEmailAttribute.RecipientDomain, StringOperator.Equals, "example.org"), Drop);

        Assert.Equal(["RuleSets[0].Rules[0]"], Paths(FindingKind.RuleNeverReached, Setup(forOthers, Rule(Relay))));

        // Where rules replace recipients, others are let in, and the rule may see the new ones.
        Assert.Equal(
            ["RuleSets[0].Rules[2]"], Paths(FindingKind.RuleNeverReached, Setup(Rule(new RuleAction.ReplaceRecipient(["a@example.org"])), forOthers, Rule(Relay))));
    }

    [Fact]
    public void A_replaced_recipient_comes_to_later_rules_as_what_it_has_become()
    {
        var replace = When(Text(RuleStringEmailAttribute.Recipient, StringOperator.Equals, "old@example.com"), new RuleAction.ReplaceRecipient(["new@example.com"]));
        var forOld = When(Text(RuleStringEmailAttribute.Recipient, StringOperator.Equals, "old@example.com"), Drop);
        var forNew = When(Text(RuleStringEmailAttribute.Recipient, StringOperator.Equals, "new@example.com"), Relay);

        Assert.Equal(["RuleSets[0].Rules[1]"], Paths(FindingKind.RuleNeverReached, Setup(replace, forOld, forNew, Rule(Relay))));
    }

    [Fact]
    public void Two_negations_of_which_any_may_hold_always_hold()
    {
        RuleCondition not(string value) => Text(RuleStringEmailAttribute.MailFrom, StringOperator.NotEquals, value);
        Rule rule(RuleCondition condition) => When(condition, Drop) with { Unless = [Client("192.0.2.0/24")] };

        Assert.Equal(["RuleSets[0].Rules[0].Conditions[0]"], Paths(FindingKind.AlwaysHolds, Setup(rule(new RuleAnyOf([not("a@x.example"), not("b@x.example")])), Rule(Relay))));
        Assert.Empty(Paths(FindingKind.AlwaysHolds, Setup(rule(new RuleAllOf([not("a@x.example"), not("b@x.example")])), Rule(Relay))));
        Assert.Empty(Paths(FindingKind.AlwaysHolds, Setup(rule(new RuleAnyOf([not("a@x.example"), Client("192.0.2.0/24")])), Rule(Relay))));
    }
}
