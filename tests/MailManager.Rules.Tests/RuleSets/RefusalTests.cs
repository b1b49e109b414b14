using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

public class RefusalTests
{
    [Fact]
    public void All_actions_that_this_release_cannot_do_are_named()
    {
        RuleAction[] actions =
        [
            new RuleAction.Archive("a-1", null),
            new RuleAction.WriteToS3("role", "bucket", null, null, null),
            new RuleAction.DeliverToMailbox("arn", "role", null),
            new RuleAction.DeliverToQBusiness("app", "index", "role", null),
            new RuleAction.PublishToSns("arn", "role", null, null, null),
            new RuleAction.InvokeLambda("arn", "EVENT", "role", null, null),
        ];
        var result = CompiledRuleSet.Compile(RuleSet(Always(actions)), World);
        Assert.Equal(
            actions.Select((action, i) => $"Rules[0].Actions[{i}]: {action.GetType().Name} is not available in this release"),
            result.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void Replacing_the_sender_takes_a_domain_to_replace_it_by() =>
        Assert.Equal(
            "Rules[0].Actions[0].MailFrom: REPLACE needs Node.Srs, which says with which domain",
            Assert.Single(Errors(Always(new RuleAction.Relay("R", MailFrom.Replace, null)))).ToString());

    [Fact]
    public void So_does_a_relay_for_which_it_is_replaced()
    {
        var world = World with { RelaysReplacingMailFrom = new HashSet<string> { "R" } };
        Assert.Equal(
            "Rules[0].Actions[0].Relay: the relay 'R' has MailFrom: REPLACE, which needs Node.Srs, which says with which domain",
            Assert.Single(CompiledRuleSet.Compile(RuleSet(Always(new RuleAction.Relay("R", null, null))), world).Errors).ToString());
        Assert.Empty(CompiledRuleSet.Compile(RuleSet(Always(new RuleAction.Relay("R", MailFrom.Preserve, null))), world).Errors);
    }

    [Theory]
    [InlineData("X-A", "x\r\nBcc: y", "HeaderValue")]
    [InlineData("X-A", "x\n", "HeaderValue")]
    [InlineData("X-A", "\r", "HeaderValue")]
    [InlineData("X-A", "\0", "HeaderValue")]
    [InlineData("X-A", "a\tb", "HeaderValue")]
    [InlineData("X-A", "\u007F", "HeaderValue")]
    [InlineData("X-A", "\u0085", "HeaderValue")]
    [InlineData("X-A", "\u2028", "HeaderValue")]
    [InlineData("X-A: b\r\nY", "v", "HeaderName")]
    [InlineData("", "v", "HeaderName")]
    [InlineData("A B", "v", "HeaderName")]
    [InlineData("X-é", "v", "HeaderName")]
    public void Headers_that_could_become_other_headers_are_refused(string name, string value, string member) =>
        Assert.Equal($"Rules[0].Actions[0].{member}", Assert.Single(Errors(Always(Header(name, value)))).Path);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("@x")]
    [InlineData("a@")]
    [InlineData("a@b@c")]
    [InlineData("a@x>\r\nRCPT TO:<b@y")]
    [InlineData("<a@x>")]
    [InlineData("a b@x")]
    public void Replacements_that_are_no_addresses_are_refused(string address) =>
        Assert.Equal("Rules[0].Actions[0].ReplaceWith[1]", Assert.Single(Errors(Always(Replace("a@x", address)))).Path);

    [Fact]
    public void Replacing_by_nobody_is_refused() =>
        Assert.Equal("Rules[0].Actions[0].ReplaceWith", Assert.Single(Errors(Always(Replace()))).Path);

    [Fact]
    public void Values_that_cannot_be_compared_with_are_refused() =>
        Assert.Equal(
            ["Rules[0].Conditions[0].Values[1]", "Rules[1].Conditions[0].Values", "Rules[2].Conditions[0].Values[0]", "Rules[3].Conditions[0]", "Rules[4].Conditions[0].Value"],
            Errors(
                When(Ip(IpOperator.CidrMatches, "10.0.0.0/8", "10.0.0.0/33"), Drop),
                When(Recipient(), Drop),
                When(Recipient(""), Drop),
                When(XHeader("List Id", StringOperator.Equals, "x"), Drop),
                When(new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, NumberOperator.Equals, double.NaN), Drop)).Select(error => error.Path));

    [Fact]
    public void Names_that_lead_nowhere_are_refused() =>
        Assert.Equal(
            [
                "Rules[0].Conditions[0].AnyOf[1].Not.IpSets[1]: no IP set is named 'nowhere'",
                "Rules[1].Unless[0]: no address list is named 'nobody'",
                "Rules[2].Conditions[0].AllOf[0]: no address list is named 'nobody'",
            ],
            Errors(
                When(Any(Recipient("a@x"), Not(InSet(IpOperator.CidrMatches, "office", "nowhere"))), Drop),
                new Rule { Unless = [InList(RuleAddressListEmailAttribute.From, "nobody")], Actions = [Drop] },
                When(All(InList(RuleAddressListEmailAttribute.Recipient, "nobody")), Drop) with { Enabled = false }).Select(error => error.ToString()));

    [Theory]
    [InlineData("(")]
    [InlineData("(?=a)b")]
    public void Expressions_that_the_engine_cannot_do_are_refused(string pattern) =>
        Assert.Equal("Rules[0].Conditions[0].Values", Assert.Single(Errors(When(XHeader("X-A", StringOperator.Matches, pattern), Drop))).Path);

    private static ImmutableArray<CompileError> Errors(params Rule[] rules) => CompiledRuleSet.Compile(RuleSet(rules), World).Errors;
}
