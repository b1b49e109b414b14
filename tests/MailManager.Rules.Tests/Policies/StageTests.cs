using System.Security.Authentication;
using MailManager.Messages.Headers;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;
using MailManager.Rules.Tests.RuleSets;

namespace MailManager.Rules.Tests.Policies;

/// <summary>What a policy decides at which moment of a session, and what it tells and counts of it.</summary>
public class StageTests
{
    private static readonly PolicyCondition Recipient = Text(PolicyStringAttribute.Recipient, StringOperator.Equals, "a@x");
    private static readonly PolicyCondition DkimFails =
        new PolicyVerdictExpression(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Dkim), VerdictOperator.Equals, [RuleVerdict.Fail]);

    public static TheoryData<PolicyCondition, PolicyStage> Operands { get; } = new()
    {
        { new PolicyIpv4Expression(IpOperator.CidrMatches, ["192.0.2.0/24"]), PolicyStage.Connection },
        { new PolicyIpv4Expression(IpOperator.CidrMatches, []) { IpSets = ["office"] }, PolicyStage.Connection },
        { Text(PolicyStringAttribute.ReverseDns, StringOperator.EndsWith, ".example"), PolicyStage.Connection },
        { new PolicyNot(new PolicyTlsExpression(TlsProtocolOperator.Is, TlsProtocolVersion.Tls12)), PolicyStage.Mail },
        { Text(PolicyStringAttribute.Helo, StringOperator.Equals, "client.example"), PolicyStage.Mail },
        { Text(PolicyStringAttribute.MailFrom, StringOperator.Equals, "sender@example.net"), PolicyStage.Mail },
        { Text(PolicyStringAttribute.MailFromDomain, StringOperator.Equals, "example.net"), PolicyStage.Mail },
        { new PolicyVerdictExpression(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Spf), VerdictOperator.Equals, [RuleVerdict.Fail]), PolicyStage.Mail },
        { Recipient, PolicyStage.Recipient },
        { Text(PolicyStringAttribute.RecipientDomain, StringOperator.Equals, "x"), PolicyStage.Recipient },
        { new PolicyBooleanExpression(new PolicyBooleanOperand.RecipientIsInAddressList("vips"), BooleanOperator.IsTrue), PolicyStage.Recipient },
        { DkimFails, PolicyStage.Message },
        { new PolicyDmarcExpression(VerdictOperator.Equals, [RuleDmarcPolicy.Reject]), PolicyStage.Message },
        { new PolicyBooleanExpression(new PolicyBooleanOperand.AddOn(new Analysis("arn", "field")), BooleanOperator.IsFalse), PolicyStage.Message },
    };

    /// <summary>A policy that denies by one condition, which holds, says so as soon as the condition is known and not before.</summary>
    [Theory]
    [MemberData(nameof(Operands))]
    public void Each_operand_is_known_at_its_stage(PolicyCondition condition, PolicyStage known)
    {
        var policy = Policy(AcceptAction.Allow, new PolicyStatement(AcceptAction.Deny, [condition]));
        var input = Input();
        var stages = new List<PolicyOutcome> { policy.EvaluateEarly(input, PolicyStage.Connection).Outcome, policy.EvaluateEarly(input, PolicyStage.Mail).Outcome };
        stages.Add(policy.Evaluate(input, "a@x").Outcome);
        stages.Add(policy.EvaluateMessage(input, "a@x").Outcome);

        Assert.Equal(Enumerable.Range(0, 4).Select(stage => stage >= (int)known ? PolicyOutcome.Deny : PolicyOutcome.NotYetKnown), stages);
    }

    [Fact]
    public void A_stage_after_MAIL_is_not_early() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Policy(AcceptAction.Allow).EvaluateEarly(Input(), PolicyStage.Recipient));

    [Fact]
    public void What_is_not_known_does_not_matter_where_the_rest_decides()
    {
        PolicyCondition no = new PolicyTlsExpression(TlsProtocolOperator.Is, TlsProtocolVersion.Tls13);
        PolicyCondition yes = new PolicyNot(no);
        Assert.Equal(PolicyOutcome.Deny, Early(new PolicyAnyOf([Recipient, yes])));
        Assert.Equal(PolicyOutcome.Allow, Early(new PolicyAllOf([Recipient, no])));
        Assert.Equal(PolicyOutcome.NotYetKnown, Early(new PolicyAllOf([Recipient, yes])));
        Assert.Equal(PolicyOutcome.NotYetKnown, Early(new PolicyAnyOf([Recipient, no])));
        Assert.Equal(PolicyOutcome.NotYetKnown, Early(new PolicyNot(Recipient)));
        Assert.Equal(PolicyOutcome.Deny, Early(new PolicyNot(new PolicyAllOf([Recipient, no]))));

        static PolicyOutcome Early(PolicyCondition condition) =>
            Policy(AcceptAction.Allow, new PolicyStatement(AcceptAction.Deny, [condition])).EvaluateEarly(Input(), PolicyStage.Mail).Outcome;
    }

    [Fact]
    public void A_recipient_waits_for_the_message_only_where_it_matters()
    {
        var policy = Policy(
            AcceptAction.Allow,
            new PolicyStatement(AcceptAction.Deny, [DkimFails, Text(PolicyStringAttribute.Recipient, StringOperator.EndsWith, "@x")]),
            new PolicyStatement(AcceptAction.Deny, [Text(PolicyStringAttribute.Recipient, StringOperator.Equals, "closed@y")]));
        var input = Input();
        Assert.Equal(PolicyOutcome.NotYetKnown, policy.Evaluate(input, "a@x").Outcome);
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Allow, PolicyVerdict.Default), policy.Evaluate(input, "a@y"));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 1), policy.Evaluate(input, "closed@y"));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 0), policy.EvaluateMessage(input, "a@x"));
    }

    [Theory]
    [InlineData("192.0.2.1", true, false)]
    [InlineData("203.0.113.1", false, false)]
    [InlineData("2001:db8::1", false, true)]
    public void Of_a_named_set_the_ranges_of_one_family_count(string client, bool in4, bool in6)
    {
        var input = new RuleInput();
        input.SetSession(TestInput.Session(client));
        Assert.Equal(in4, Holds(new PolicyIpv4Expression(IpOperator.CidrMatches, ["198.51.100.0/24"]) { IpSets = ["office"] }));
        Assert.Equal(!in4, Holds(new PolicyIpv4Expression(IpOperator.NotCidrMatches, []) { IpSets = ["office"] }));
        Assert.Equal(in6, Holds(new PolicyIpv6Expression(IpOperator.CidrMatches, []) { IpSets = ["partners", "office"] }));
        Assert.Equal(!in6, Holds(new PolicyIpv6Expression(IpOperator.NotCidrMatches, []) { IpSets = ["office"] }));

        bool Holds(PolicyCondition condition) =>
            Policy(AcceptAction.Allow, new PolicyStatement(AcceptAction.Deny, [condition])).Evaluate(input, "a@x").IsDenied;
    }

    [Fact]
    public void A_statement_may_have_a_reply_of_its_own()
    {
        var policy = Policy(
            AcceptAction.Deny,
            new PolicyStatement(AcceptAction.Deny, [Text(PolicyStringAttribute.Recipient, StringOperator.Equals, "b@x")]),
            new PolicyStatement(AcceptAction.Deny, [Recipient]) { ReplyText = "Gone fishing" });
        var input = Input();
        Assert.Equal("Gone fishing", policy.ReplyTextOf(policy.Evaluate(input, "a@x")));
        Assert.Null(policy.ReplyTextOf(policy.Evaluate(input, "b@x")));
        Assert.Null(policy.ReplyTextOf(policy.Evaluate(input, "c@x")));
        Assert.Null(policy.ReplyTextOf(policy.EvaluateEarly(input, PolicyStage.Mail)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verdicts_are_counted_by_the_statement_that_decided(bool compiled)
    {
        var policy = Policy(
            AcceptAction.Deny,
            new PolicyStatement(AcceptAction.Allow, [Text(PolicyStringAttribute.RecipientDomain, StringOperator.Equals, "x")]),
            new PolicyStatement(AcceptAction.Deny, [new PolicyIpv4Expression(IpOperator.CidrMatches, ["198.51.100.0/24"])]),
            new PolicyStatement(AcceptAction.Deny, [Recipient]));
        if (compiled)
        {
            await policy.CompileInBackground();
        }

        var input = Input();
        Array.ForEach(["a@x", "b@x", "c@x", "a@y"], recipient => policy.Evaluate(input, recipient));
        policy.EvaluateEarly(input, PolicyStage.Connection);
        policy.Explain(input, "a@x");
        input.SetSession(TestInput.Session("198.51.100.1"));
        Assert.True(policy.EvaluateEarly(input, PolicyStage.Connection).IsDenied);

        Assert.Equal(
            [
                new PolicyCounters("0", 3, 2),
                new PolicyCounters("1", 5, 1),
                new PolicyCounters("2", 4, 1),
                new PolicyCounters("default", 1, 1),
            ],
            policy.ReadCounters());
    }

    [Fact]
    public void An_explanation_shows_every_statement_and_the_one_that_decided()
    {
        var policy = Policy(
            AcceptAction.Deny,
            new PolicyStatement(AcceptAction.Allow, [Text(PolicyStringAttribute.RecipientDomain, StringOperator.Equals, "x"), new PolicyNot(DkimFails)]),
            new PolicyStatement(AcceptAction.Deny, [new PolicyAnyOf([Recipient, Text(PolicyStringAttribute.MailFrom, StringOperator.Equals, "b@x")])]));
        var explanation = policy.Explain(Input(), "a@x");

        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 1), explanation.Verdict);
        Assert.Equal([(0, AcceptAction.Allow, false, false), (1, AcceptAction.Deny, true, true)], explanation.Statements.Select(s => (s.Statement, s.Action, s.Holds, s.Decided)));
        Assert.Equal("RECIPIENT_DOMAIN EQUALS x", explanation.Statements[0].Conditions[0].Condition);
        Assert.Equal("DKIM EQUALS FAIL", explanation.Statements[0].Conditions[1].Parts[0].Condition);
        var parts = explanation.Statements[1].Conditions[0].Parts;
        Assert.Equal([("a@x", true, "a@x"), ("sender@example.net", false, null)], parts.Select(part => (part.Value, part.Holds, part.Hit)));
    }

    [Fact]
    public async Task More_statements_than_a_block_holds_are_asked_in_order()
    {
        var statements = Enumerable.Range(0, 150).Select(i => new PolicyStatement(
            i % 2 == 0 ? AcceptAction.Allow : AcceptAction.Deny, [Text(PolicyStringAttribute.Recipient, StringOperator.Equals, $"u{i / 2}@x", "all@x")]));
        var policy = Policy(AcceptAction.Deny, [.. statements]);
        var input = Input();
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 1), policy.Evaluate(input, "all@x"));
            Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 149), policy.Evaluate(input, "u74@x"));
            Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, PolicyVerdict.Default), policy.Evaluate(input, "u75@x"));
            await policy.CompileInBackground();
        }
    }

    private static RuleInput Input()
    {
        var input = new RuleInput();
        input.SetSession(TestInput.Session("192.0.2.1", SslProtocols.None, reverseName: "client.example"));
        input.SetMessage("sender@example.net", default, new HeaderIndex(), 0);
        input.SetVerdicts(new MessageVerdicts { Spf = Verdict.Fail, Dkim = Verdict.Fail, DmarcPolicy = DmarcPolicy.Reject });
        return input;
    }

    private static CompiledTrafficPolicy Policy(AcceptAction otherwise, params PolicyStatement[] statements)
    {
        var policy = new TrafficPolicy { TrafficPolicyName = "policy", PolicyStatements = [.. statements], DefaultAction = otherwise };
        var result = CompiledTrafficPolicy.Compile(policy, RuleSetBuilding.World);
        Assert.Empty(result.Errors);
        return result.Value!;
    }

    private static PolicyStringExpression Text(PolicyStringAttribute attribute, StringOperator op, params string[] values) =>
        new(new PolicyStringOperand.Attribute(attribute), op, [.. values]);
}
