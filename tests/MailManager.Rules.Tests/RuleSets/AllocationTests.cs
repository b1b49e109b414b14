using System.Text;
using MailManager.Messages.Headers;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

public class AllocationTests
{
    private static readonly string[] Recipients = ["a@example.com", "b@example.com", "c@example.com"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_steady_state_a_message_allocates_nothing(bool compiled)
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(
            When(Ip(IpOperator.NotCidrMatches, "192.0.2.0/24", "2001:db8::/32"), Header("X-A")),
            When(String(RuleStringEmailAttribute.From, StringOperator.EndsWith, "@example.net", "@b", "@c", "@d", "@e"), Header("X-B")),
            When(String(RuleStringEmailAttribute.Subject, StringOperator.Contains, "a1", "b1", "c1", "d1", "e1"), Drop),
            When(XHeader("X-Tag", StringOperator.NotEquals, "one", "two"), Header("X-C")),
            When(Recipient("a@example.com"), Replace("n@example.com", "m@example.com")),
            When(String(RuleStringEmailAttribute.Recipient, StringOperator.EndsWith, "@example.com"), Relay("R")),
            When(Flag(RuleBooleanEmailAttribute.ReadReceiptRequested), Drop),
            When(new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, NumberOperator.GreaterThan, 1e6), Drop),
            When(Recipient("c@example.com"), Drop),
            When(Any(Recipient("z@x"), All(String(RuleStringEmailAttribute.FromDomain, StringOperator.Equals, "x"), InSet(IpOperator.CidrMatches, "office"))), Drop),
            When(Not(Any(InList(RuleAddressListEmailAttribute.From, "vips", false), HasVerdict(RuleVerdictAttribute.Spf, VerdictOperator.Equals, RuleVerdict.Pass))), Drop)), World).Value!;
        var policy = CompiledTrafficPolicy.Compile(new TrafficPolicy
        {
            TrafficPolicyName = "policy",
            DefaultAction = AcceptAction.Deny,
            PolicyStatements =
            [
                new PolicyStatement(AcceptAction.Deny, [new PolicyIpv4Expression(IpOperator.CidrMatches, ["192.0.2.0/24"])]),
                new PolicyStatement(AcceptAction.Allow, [new PolicyStringExpression(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), StringOperator.EndsWith, ["@example.com"])]),
            ],
        }, World).Value!;
        if (compiled)
        {
            await Task.WhenAll(ruleSet.CompileInBackground(), policy.CompileInBackground());
        }

        var octets = Encoding.ASCII.GetBytes("From: \"A\" <a@example.net>\r\nTo: x@example.com\r\nSubject: hello\r\nX-Tag: three\r\n\r\n");
        var index = new HeaderIndex();
        var input = new RuleInput();
        var evaluation = new RuleEvaluation();
        input.SetSession(TestInput.Session("198.51.100.1"));

        // Also warms up the tiers of the just-in-time compiler, some of which allocate.
        for (var i = 0; i < 200; i++)
        {
            Run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Run();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(["b@example.com", "c@example.com", "n@example.com", "m@example.com"], evaluation.Deliveries[0].Recipients);
        Assert.Empty(evaluation.Uncovered);

        void Run()
        {
            input.SetSender("sender@example.net");
            policy.EvaluateEarly(input, PolicyStage.Mail);
            foreach (var recipient in Recipients)
            {
                policy.Evaluate(input, recipient);
            }

            index.Build(octets);
            input.SetMessage("sender@example.net", octets, index, octets.Length);
            ruleSet.Evaluate(input, Recipients, evaluation);
            input.ClearMessage();
        }
    }
}
