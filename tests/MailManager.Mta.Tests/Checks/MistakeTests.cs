using System.Collections.Immutable;
using MailManager.Mta.Checks;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Expressions;
using MailManager.Resources.IpSets;
using MailManager.Resources.RuleSets;
using MailManager.Resources.Secrets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.CaseAnalysis;
using static MailManager.Mta.Tests.Checks.Lint;
using RelayAuthentication = MailManager.Resources.Relays.RelayAuthentication;

namespace MailManager.Mta.Tests.Checks;

public class MistakeTests
{
    public static TheoryData<RuleStringEmailAttribute, StringOperator, string, string?> Values => new()
    {
        { RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "<a@x.example>", "MM030" },
        { RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "<>", "MM030" },
        { RuleStringEmailAttribute.MailFrom, StringOperator.StartsWith, "<a", "MM030" },
        { RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, "x.example>", "MM030" },
        { RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "a@x.example", null },
        { RuleStringEmailAttribute.Recipient, StringOperator.Equals, "x.example", "MM030" },
        { RuleStringEmailAttribute.Recipient, StringOperator.Equals, "@x.example", "MM030" },
        { RuleStringEmailAttribute.Recipient, StringOperator.NotEquals, "a b@x.example", "MM030" },
        { RuleStringEmailAttribute.Recipient, StringOperator.Equals, "\"a b\"@x.example", null },
        { RuleStringEmailAttribute.Recipient, StringOperator.Equals, "Postmaster", null },
        { RuleStringEmailAttribute.Recipient, StringOperator.EndsWith, "@x.example", null },
        { RuleStringEmailAttribute.Recipient, StringOperator.StartsWith, "@x.example", "MM030" },
        { RuleStringEmailAttribute.Recipient, StringOperator.Equals, "a@b\u00fccher.example", "MM030" },
        { RuleStringEmailAttribute.Recipient, StringOperator.Equals, "*@x.example", "MM031" },
        { RuleStringEmailAttribute.Recipient, StringOperator.Matches, ".*@x[.]example", null },
        { RuleStringEmailAttribute.RecipientDomain, StringOperator.Equals, "@x.example", "MM030" },
        { RuleStringEmailAttribute.RecipientDomain, StringOperator.EndsWith, ".example", null },
        { RuleStringEmailAttribute.RecipientDomain, StringOperator.EndsWith, "*.example", "MM031" },
        { RuleStringEmailAttribute.MailFromDomain, StringOperator.Equals, "x..example", "MM030" },
        { RuleStringEmailAttribute.Helo, StringOperator.Equals, "not a name", "MM030" },
        { RuleStringEmailAttribute.Subject, StringOperator.Equals, "<*>", null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_that_the_operand_never_has_is_found(RuleStringEmailAttribute attribute, StringOperator op, string value, string? code)
    {
        var rule = When(new RuleAnyOf([Client("192.0.2.0/24"), Text(attribute, op, value)]), Drop);

        var found = Findings(Setup(rule, Rule(Relay))).Where(finding => finding.Path.Contains("AnyOf", StringComparison.Ordinal)).ToArray();

        Assert.Equal(code is null ? [] : [(code, "RuleSets[0].Rules[0].Conditions[0].AnyOf[1]")], found.Select(finding => (finding.Kind.Code, finding.Path)));
        if (code == "MM030" && op is not StringOperator.NotEquals)
        {
            // What the check says of the value, the analysis proves of the condition, or at least does not refute.
            Assert.DoesNotContain(
                Run(Setup(When(Text(attribute, op, value), Drop), Rule(Relay))).Ingresses,
                ingress => ingress.Analysis.Find(new CaseWish { Rule = 0 }, static _ => true) is not null);
        }
    }

    [Fact]
    public void A_policy_is_looked_at_too() => Assert.Equal(
        ["TrafficPolicies[0].PolicyStatements[0].Conditions[0]"],
        Paths(FindingKind.Star, Setup(Rule(Relay)).With(Policy(AcceptAction.Deny, Allow(To(StringOperator.Equals, "*@example.com")), Allow(To(StringOperator.EndsWith, "@example.com"))))));

    [Fact]
    public void Actions_that_do_nothing_are_found()
    {
        Assert.Equal(["RuleSets[0].Rules[0].Actions[1]"], Paths(FindingKind.ActionAfterEnd, Setup(Rule(Drop, Relay))));
        Assert.Empty(Paths(FindingKind.ActionAfterEnd, Setup(Rule(Relay, Drop))));
        Assert.Equal(["RuleSets[0].Rules[0].Actions[1]"], Paths(FindingKind.HeaderWithoutDelivery, Setup(Rule(Relay, Header))));
        Assert.Equal(["RuleSets[0].Rules[0].Actions[0]"], Paths(FindingKind.HeaderWithoutDelivery, Setup(When(Client("192.0.2.0/24"), Header, Drop), Rule(Relay))));
        Assert.Empty(Paths(FindingKind.HeaderWithoutDelivery, Setup(Rule(Header), Rule(Relay))));
        Assert.Equal(["RuleSets[0].Rules[0].Actions[0]"], Paths(FindingKind.RelayTwice, Setup(Rule(Relay, Relay))));
        Assert.Empty(Paths(FindingKind.RelayTwice, Setup(Rule(Relay, Header, Relay))));
    }

    [Fact]
    public void A_recipient_delivered_and_bounced_is_shown()
    {
        var bounces = When(Text(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "a@x.example"), Bounce);
        var resources = Setup(bounces, Rule(Relay));

        var finding = Assert.Single(Findings(resources));

        Assert.Equal((FindingKind.DeliveredAndBounced, "RuleSets[0].Rules[0]"), (finding.Kind, finding.Path));
        Assert.Equal(2, Decide(resources, finding).Actions.Length);
        Assert.Empty(Findings(Setup(bounces with { Actions = [Bounce, Drop] }, Rule(Relay))));
        Assert.Empty(Findings(Setup(bounces, Rule(Relay) with { Unless = bounces.Conditions })));
    }

    [Fact]
    public void Resources_that_nothing_uses_are_found()
    {
        var resources = Setup(
            When(new RuleIpExpression(IpOperator.CidrMatches, []) { IpSets = ["used-ips"] }, Relay),
            When(new RuleNot(new RuleBooleanExpression(new RuleBooleanOperand.IsInAddressList(RuleAddressListEmailAttribute.MailFrom, "used-list"), BooleanOperator.IsTrue)), Relay),
            Rule(Relay));
        var unused = resources with
        {
            Secrets = [new Secret("lost", ImmutableDictionary<string, string>.Empty), new Secret("login", ImmutableDictionary<string, string>.Empty)],
            TrafficPolicies = [resources.TrafficPolicies[0], resources.TrafficPolicies[0] with { TrafficPolicyName = "other" }],
            RuleSets = [resources.RuleSets[0] with { RuleSetName = "other" }, resources.RuleSets[0]],
            Relays =
            [
                resources.Relays[0] with { Authentication = new RelayAuthentication.FromSecret("login") },
                resources.Relays[0] with { RelayName = "other" },
            ],
            IpSets = [new IpSet { IpSetName = "used-ips", Values = ["192.0.2.1"] }, new IpSet { IpSetName = "other", Values = ["192.0.2.1"] }],
            AddressLists = [new AddressList { AddressListName = "other" }, new AddressList { AddressListName = "used-list", Addresses = ["a@x.example"] }],
        };

        Assert.Equal(
            ["AddressLists[0]", "IpSets[1]", "Relays[1]", "RuleSets[0]", "Secrets[0]", "TrafficPolicies[1]"],
            Paths(FindingKind.Unused, unused).Order(StringComparer.Ordinal));
        Assert.Empty(Paths(FindingKind.Unused, Setup(Rule(Relay))));
    }
}
