using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>What has to be found out before rules and policies can decide.</summary>
public class RequirementTests
{
    private static readonly Analysis Analysis = new("arn", "addon.x");

    [Fact]
    public void Each_condition_that_needs_something_computed_is_named()
    {
        var ruleSet = Compile(
            Always(Relay("R")),
            new Rule
            {
                Conditions =
                [
                    HasVerdict(RuleVerdictAttribute.Spf, VerdictOperator.Equals, RuleVerdict.Pass),
                    Recipient("a@x"),
                    new RuleVerdictExpression(new RuleVerdictOperand.AddOn(Analysis), VerdictOperator.Equals, [RuleVerdict.Pass]),
                    new RuleDmarcExpression(VerdictOperator.Equals, [RuleDmarcPolicy.Reject]),
                    Any(Not(HasVerdict(RuleVerdictAttribute.Dkim, VerdictOperator.Equals, RuleVerdict.Pass)), Recipient("b@x")),
                ],
                Unless =
                [
                    new RuleStringExpression(new RuleStringOperand.AddOn(Analysis), StringOperator.Equals, ["x"]),
                    new RuleBooleanExpression(new RuleBooleanOperand.AddOn(Analysis), BooleanOperator.IsTrue),
                    HasVerdict(RuleVerdictAttribute.Dmarc, VerdictOperator.Equals, RuleVerdict.Pass),
                    HasVerdict(RuleVerdictAttribute.Arc, VerdictOperator.Equals, RuleVerdict.Pass),
                    String(RuleStringEmailAttribute.ReverseDns, StringOperator.EndsWith, ".example"),
                ],
                Actions = [Drop],
            });

        Assert.Equal(
            [
                new Requirement(RequirementKind.Spf, "Rules[1].Conditions[0]"),
                new Requirement(RequirementKind.AddOn, "Rules[1].Conditions[2]"),
                new Requirement(RequirementKind.DmarcPolicy, "Rules[1].Conditions[3]"),
                new Requirement(RequirementKind.Dkim, "Rules[1].Conditions[4].AnyOf[0].Not"),
                new Requirement(RequirementKind.AddOn, "Rules[1].Unless[0]"),
                new Requirement(RequirementKind.AddOn, "Rules[1].Unless[1]"),
                new Requirement(RequirementKind.Dmarc, "Rules[1].Unless[2]"),
                new Requirement(RequirementKind.Arc, "Rules[1].Unless[3]"),
                new Requirement(RequirementKind.ReverseDns, "Rules[1].Unless[4]"),
            ],
            ruleSet.Requirements);
        Assert.All(Enum.GetValues<RequirementKind>(), kind => Assert.True(ruleSet.Needs(kind)));
    }

    [Fact]
    public void What_is_not_enabled_needs_nothing()
    {
        var rule = When(HasVerdict(RuleVerdictAttribute.Spf, VerdictOperator.Equals, RuleVerdict.Pass), Drop);

        Assert.Empty(Compile(rule with { Enabled = false }).Requirements);
        Assert.Single(Compile(rule with { Shadow = true }).Requirements);
        Assert.False(Compile(rule).Needs(RequirementKind.Dkim));
    }

    [Fact]
    public void Policies_name_theirs_too()
    {
        var spf = new PolicyVerdictExpression(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Spf), VerdictOperator.Equals, [RuleVerdict.Fail]);
        var name = new PolicyStringExpression(new PolicyStringOperand.Attribute(PolicyStringAttribute.ReverseDns), StringOperator.EndsWith, [".example"]);
        var policy = CompiledTrafficPolicy.Compile(
            new TrafficPolicy
            {
                TrafficPolicyName = "policy",
                DefaultAction = AcceptAction.Allow,
                PolicyStatements =
                [
                    new PolicyStatement(AcceptAction.Deny, [new PolicyAnyOf([spf, new PolicyNot(name)])]),
                    new PolicyStatement(AcceptAction.Deny, [new PolicyDmarcExpression(VerdictOperator.Equals, [RuleDmarcPolicy.Reject])]),
                    new PolicyStatement(
                        AcceptAction.Deny,
                        [
                            new PolicyStringExpression(new PolicyStringOperand.AddOn(Analysis), StringOperator.Equals, ["x"]),
                            new PolicyBooleanExpression(new PolicyBooleanOperand.AddOn(Analysis), BooleanOperator.IsTrue),
                        ]),
                ],
            },
            World).Value!;

        Assert.Equal(
            [
                new Requirement(RequirementKind.Spf, "PolicyStatements[0].Conditions[0].AnyOf[0]"),
                new Requirement(RequirementKind.ReverseDns, "PolicyStatements[0].Conditions[0].AnyOf[1].Not"),
                new Requirement(RequirementKind.DmarcPolicy, "PolicyStatements[1].Conditions[0]"),
                new Requirement(RequirementKind.AddOn, "PolicyStatements[2].Conditions[0]"),
                new Requirement(RequirementKind.AddOn, "PolicyStatements[2].Conditions[1]"),
            ],
            policy.Requirements);
        Assert.True(policy.Needs(RequirementKind.Spf));
        Assert.False(policy.Needs(RequirementKind.Arc));
    }
}
