using System.Security.Authentication;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;
using MailManager.Rules.Tests.RuleSets;

namespace MailManager.Rules.Tests.Policies;

public class CompiledTrafficPolicyTests
{
    private static readonly PolicyCondition ForExample = Recipient(StringOperator.EndsWith, "@example.com");
    private static readonly PolicyCondition FromBlocked = new PolicyIpv4Expression(IpOperator.CidrMatches, ["192.0.2.0/24"]);

    [Fact]
    public void Deny_statements_come_first_wherever_they_stand()
    {
        var policy = Policy(AcceptAction.Allow, Allow(ForExample), Deny(Recipient(StringOperator.Equals, "closed@example.com")));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 1), Evaluate(policy, "closed@example.com"));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Allow, 0), Evaluate(policy, "open@example.com"));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Allow, PolicyVerdict.Default), Evaluate(policy, "user@example.org"));
    }

    [Fact]
    public void Each_recipient_has_its_own_verdict()
    {
        var policy = Policy(AcceptAction.Deny, Allow(ForExample));
        Assert.True(Evaluate(policy, "user@example.com").IsAllowed);
        Assert.False(Evaluate(policy, "user@example.org").IsAllowed);
    }

    [Fact]
    public void A_statement_holds_when_all_its_conditions_do()
    {
        var policy = Policy(AcceptAction.Deny, Allow(ForExample, FromBlocked));
        Assert.True(Evaluate(policy, "user@example.com", "192.0.2.1").IsAllowed);
        Assert.False(Evaluate(policy, "user@example.com", "198.51.100.1").IsAllowed);
        Assert.False(Evaluate(policy, "user@example.org", "192.0.2.1").IsAllowed);
    }

    [Fact]
    public void Several_values_are_any_of_and_for_not_equals_none_of()
    {
        var any = Policy(AcceptAction.Deny, Allow(Recipient(StringOperator.Equals, "a@x", "b@x")));
        Assert.Equal([true, true, false], new[] { "a@x", "b@x", "c@x" }.Select(r => Evaluate(any, r).IsAllowed));
        var none = Policy(AcceptAction.Deny, Allow(Recipient(StringOperator.NotEquals, "a@x", "b@x")));
        Assert.Equal([false, false, true], new[] { "a@x", "b@x", "c@x" }.Select(r => Evaluate(none, r).IsAllowed));
    }

    [Fact]
    public void A_sub_address_is_part_of_the_recipient() =>
        Assert.False(Evaluate(Policy(AcceptAction.Deny, Allow(Recipient(StringOperator.Equals, "user@x"))), "user+tag@x").IsAllowed);

    [Theory]
    [InlineData("192.0.2.1", true, false, false, true)]
    [InlineData("198.51.100.1", false, true, false, true)]
    [InlineData("2001:db8::1", false, true, true, false)]
    [InlineData("2001:db9::1", false, true, false, true)]
    public void A_client_of_the_other_family_is_outside_of_all_ranges(string client, bool in4, bool notIn4, bool in6, bool notIn6)
    {
        PolicyCondition[] conditions =
        [
            new PolicyIpv4Expression(IpOperator.CidrMatches, ["192.0.2.0/24"]),
            new PolicyIpv4Expression(IpOperator.NotCidrMatches, ["192.0.2.0/24"]),
            new PolicyIpv6Expression(IpOperator.CidrMatches, ["2001:db8::/32"]),
            new PolicyIpv6Expression(IpOperator.NotCidrMatches, ["2001:db8::/32"]),
        ];
        Assert.Equal([in4, notIn4, in6, notIn6], conditions.Select(c => Evaluate(Policy(AcceptAction.Deny, Allow(c)), "u@x", client).IsAllowed));
    }

    [Theory]
    [InlineData(SslProtocols.None, false, false, false, false)]
    [InlineData(SslProtocols.Tls12, true, false, true, false)]
    [InlineData(SslProtocols.Tls13, true, true, false, true)]
    public void A_session_in_clear_text_has_no_TLS_version(SslProtocols tls, bool min12, bool min13, bool is12, bool is13)
    {
        PolicyCondition[] conditions =
        [
            new PolicyTlsExpression(TlsProtocolOperator.MinimumTlsVersion, TlsProtocolVersion.Tls12),
            new PolicyTlsExpression(TlsProtocolOperator.MinimumTlsVersion, TlsProtocolVersion.Tls13),
            new PolicyTlsExpression(TlsProtocolOperator.Is, TlsProtocolVersion.Tls12),
            new PolicyTlsExpression(TlsProtocolOperator.Is, TlsProtocolVersion.Tls13),
        ];
        Assert.Equal(
            [min12, min13, is12, is13], conditions.Select(c => Evaluate(Policy(AcceptAction.Deny, Allow(c)), "u@x", tls: tls).IsAllowed));
    }

    [Fact]
    public void Early_a_denied_network_is_denied_whatever_comes()
    {
        var policy = Policy(AcceptAction.Deny, Allow(ForExample), Deny(FromBlocked));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, 1), Early(policy, "192.0.2.1", PolicyStage.Connection));
        Assert.Equal(PolicyOutcome.NotYetKnown, Early(policy, "198.51.100.1", PolicyStage.Mail).Outcome);
    }

    [Fact]
    public void Early_all_ways_leading_to_deny_are_deny_without_one_statement()
    {
        var policy = Policy(AcceptAction.Deny, Deny(ForExample), Allow(ForExample, new PolicyIpv4Expression(IpOperator.NotCidrMatches, ["192.0.2.0/24"])));
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, PolicyVerdict.Undetermined), Early(policy, "192.0.2.1", PolicyStage.Mail));
    }

    [Fact]
    public void Early_an_allowed_network_is_allowed_unless_a_deny_may_still_come()
    {
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Allow, 0), Early(Policy(AcceptAction.Deny, Allow(FromBlocked)), "192.0.2.1", PolicyStage.Connection));
        Assert.Equal(PolicyOutcome.NotYetKnown, Early(Policy(AcceptAction.Deny, Allow(FromBlocked), Deny(ForExample)), "192.0.2.1", PolicyStage.Connection).Outcome);
    }

    [Fact]
    public void Early_the_default_of_a_policy_without_statements_is_known() =>
        Assert.Equal(new PolicyVerdict(PolicyOutcome.Deny, PolicyVerdict.Default), Early(Policy(AcceptAction.Deny), "192.0.2.1", PolicyStage.Connection));

    [Fact]
    public void Early_TLS_is_not_known_while_STARTTLS_may_come()
    {
        var policy = Policy(AcceptAction.Deny, Allow(new PolicyTlsExpression(TlsProtocolOperator.MinimumTlsVersion, TlsProtocolVersion.Tls12)));
        Assert.Equal(PolicyOutcome.NotYetKnown, Early(policy, "192.0.2.1", PolicyStage.Connection).Outcome);
        Assert.Equal(PolicyOutcome.Deny, Early(policy, "192.0.2.1", PolicyStage.Mail).Outcome);
        Assert.Equal(PolicyOutcome.Allow, Early(policy, "192.0.2.1", PolicyStage.Connection, SslProtocols.Tls13).Outcome);
    }

    [Fact]
    public void Compile_tells_all_reasons_with_their_places()
    {
        var analysis = new Analysis("arn", "addon.x");
        var result = CompiledTrafficPolicy.Compile(Policy(
            AcceptAction.Deny,
            Allow(ForExample, new PolicyStringExpression(new PolicyStringOperand.AddOn(analysis), StringOperator.Equals, ["x"])),
            Deny(new PolicyBooleanExpression(new PolicyBooleanOperand.RecipientIsInAddressList("al-1"), BooleanOperator.IsTrue)),
            Deny(new PolicyBooleanExpression(new PolicyBooleanOperand.AddOn(analysis), BooleanOperator.IsTrue)),
            Deny(new PolicyIpv4Expression(IpOperator.CidrMatches, ["192.0.2.0/24", "192.0.2.1", "2001:db8::/32"])),
            Deny(new PolicyIpv6Expression(IpOperator.CidrMatches, ["2001:db8::", "::ffff:c000:200/120", "192.0.2.0/24"])),
            Deny(Recipient(StringOperator.Contains)),
            Deny(Recipient(StringOperator.Contains, "x", "")),
            Deny()), RuleSetBuilding.World);
        Assert.Null(result.Value);
        Assert.Equal(
            [
                "PolicyStatements[1].Conditions[0]",
                "PolicyStatements[3].Conditions[0].Values[1]",
                "PolicyStatements[3].Conditions[0].Values[2]",
                "PolicyStatements[4].Conditions[0].Values[0]",
                "PolicyStatements[4].Conditions[0].Values[1]",
                "PolicyStatements[4].Conditions[0].Values[2]",
                "PolicyStatements[5].Conditions[0].Values",
                "PolicyStatements[6].Conditions[0].Values[1]",
                "PolicyStatements[7].Conditions",
            ],
            result.Errors.Select(error => error.Path));
    }

    [Fact]
    public void The_size_limit_is_the_policys() =>
        Assert.Equal(1000, CompiledTrafficPolicy.Compile(Policy(AcceptAction.Allow) with { MaxMessageSizeBytes = 1000 }, RuleSetBuilding.World).Value!.MaxMessageSizeBytes);

    private static PolicyVerdict Evaluate(TrafficPolicy policy, string recipient, string client = "203.0.113.9", SslProtocols tls = SslProtocols.None)
    {
        var compiled = CompiledTrafficPolicy.Compile(policy, RuleSetBuilding.World).Value!;
        var input = new RuleInput();
        input.SetSession(TestInput.Session(client, tls));
        var verdict = compiled.Evaluate(input, recipient);
        compiled.CompileInBackground().Wait();
        Assert.True(compiled.IsCompiled);
        Assert.Equal(verdict, compiled.Evaluate(input, recipient));
        return verdict;
    }

    private static PolicyVerdict Early(TrafficPolicy policy, string client, PolicyStage known, SslProtocols tls = SslProtocols.None)
    {
        var input = new RuleInput();
        input.SetSession(TestInput.Session(client, tls));
        input.SetSender("sender@example.net");
        return CompiledTrafficPolicy.Compile(policy, RuleSetBuilding.World).Value!.EvaluateEarly(input, known);
    }

    private static TrafficPolicy Policy(AcceptAction otherwise, params PolicyStatement[] statements) =>
        new() { TrafficPolicyName = "policy", PolicyStatements = [.. statements], DefaultAction = otherwise };

    private static PolicyStatement Allow(params PolicyCondition[] conditions) => new(AcceptAction.Allow, [.. conditions]);

    private static PolicyStatement Deny(params PolicyCondition[] conditions) => new(AcceptAction.Deny, [.. conditions]);

    private static PolicyStringExpression Recipient(StringOperator op, params string[] values) =>
        new(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), op, [.. values]);
}
