using MailManager.Messages.Envelope;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>When Relay, Send and Bounce fail, and what follows.</summary>
public class FailurePolicyTests
{
    private static readonly SessionFacts Authenticated = TestInput.Session() with { AuthenticatedAs = "user" };

    [Fact]
    public void Nothing_is_relayed_for_a_recipient_of_no_verified_identity() =>
        Assert.Equal("R[]: a@x; uncovered: b@o.example c@sub.x", Outcome(Message(Authenticated), ["a@x", "b@o.example", "c@sub.x"], Always(Relay("R"))));

    [Fact]
    public void A_relay_that_does_not_exist_fails_for_everyone()
    {
        Assert.Equal("uncovered: a@x", Outcome(Message(), ["a@x"], Always(Relay("NONE"))));
        Assert.Equal("R[]: a@x", Outcome(Message(), ["a@x"], Always(Relay("NONE"), Relay("R"))));
    }

    [Fact]
    public void With_DROP_a_failed_action_drops_its_recipients_there_and_then()
    {
        Assert.Equal("dropped: a@x", Outcome(Message(), ["a@x"], Always(Relay("NONE", ActionFailurePolicy.Drop), Relay("R")), Always(Relay("R1"))));
        Assert.Equal(
            "R[]: a@x; R1[]: a@x; dropped: b@o.example",
            Outcome(Message(), ["a@x", "b@o.example"], Always(Relay("R", ActionFailurePolicy.Drop), Relay("R1"))));
        Assert.Equal("dropped: a@x", Outcome(Message(mailFrom: ""), ["a@x"], Always(Bounce(policy: ActionFailurePolicy.Drop), Relay("R"))));
        Assert.Equal("dropped: a@o.example", Outcome(Message(), ["a@o.example"], Always(Send(ActionFailurePolicy.Drop))));
    }

    [Theory]
    [InlineData("a@x", false, "stranger@o.example", ActionFailureReason.None)]
    [InlineData("a@x", false, "", ActionFailureReason.None)]
    [InlineData("a@o.example", false, "sender@x", ActionFailureReason.NotAuthenticated)]
    [InlineData("a@o.example", false, "", ActionFailureReason.NotAuthenticated)]
    [InlineData("a@o.example", true, "sender@x", ActionFailureReason.None)]
    [InlineData("a@o.example", true, "", ActionFailureReason.None)]
    [InlineData("a@o.example", true, "sender@o.example", ActionFailureReason.SenderNotVerified)]
    [InlineData("a@o.example", true, "sender@sub.x", ActionFailureReason.SenderNotVerified)]
    [InlineData("postmaster", true, "sender@x", ActionFailureReason.NoDomain)]
    public void Sending_to_strangers_needs_an_authenticated_client_and_a_verified_sender(
        string recipient, bool isAuthenticated, string sender, ActionFailureReason expected)
    {
        foreach (var session in isAuthenticated ? [Authenticated, TestInput.Session(certificate: new ClientCertificate { SerialNumber = "01" })] : new[] { TestInput.Session() })
        {
            var ruleSet = CompiledRuleSet.Compile(RuleSet(Always(Send())), World).Value!;
            var evaluation = new RuleEvaluation();
            ruleSet.Evaluate(Message(session, sender), [recipient], evaluation);

            Assert.Equal(expected, evaluation.LastFailure(0));
            Assert.Equal(expected == ActionFailureReason.None, evaluation.Deliveries.Count == 1);
            Assert.Equal(expected == ActionFailureReason.None, ruleSet.MayServe(session, sender, recipient));
        }
    }

    [Fact]
    public void Without_Send_an_authenticated_client_is_served_for_verified_recipients_only()
    {
        var relays = CompiledRuleSet.Compile(RuleSet(Always(Relay("R"))), World).Value!;
        Assert.True(relays.MayServe(Authenticated, "sender@x", "a@x"));
        Assert.False(relays.MayServe(Authenticated, "sender@x", "a@o.example"));
        foreach (var replace in new[] { Replace("a@x"), Map(("a@o.example", ["a@x"])), Rewrite(".*", "a@x") })
        {
            Assert.True(CompiledRuleSet.Compile(RuleSet(Always(replace)), World).Value!.MayServe(TestInput.Session(), "sender@o.example", "a@o.example"));
        }
    }

    [Fact]
    public void A_bounce_needs_somebody_to_tell() =>
        Assert.Equal("uncovered: a@x", Outcome(Message(mailFrom: ""), ["a@x"], Always(Bounce())));

    [Fact]
    public void Outcomes_name_rule_action_reason_and_the_recipients_they_come_from()
    {
        var evaluation = new RuleEvaluation();
        var rules = RuleSet(
            When(Recipient("a@x"), Header("X-A"), Replace("n@o.example")),
            Always(Header("X-B"), Relay("R", ActionFailurePolicy.Drop)));
        CompiledRuleSet.Compile(rules, World).Value!.Evaluate(Message(), ["b@x", "a@x"], evaluation);

        Assert.Equal(
            ["Deliver b@x 1 1 None", "Drop n@o.example 1 1 RecipientNotVerified"],
            evaluation.Outcomes.Select(o => $"{o.Kind} {o.Address} {o.Rule} {o.Action} {o.Failure}"));
        Assert.Equal([true, false, false, true], evaluation.Outcomes.SelectMany(o => new[] { evaluation.CameFrom(o, 0), evaluation.CameFrom(o, 1) }));
    }

    private static RuleInput Message(SessionFacts? session = null, string mailFrom = "sender@example.net") =>
        TestInput.Message("Subject: s", mailFrom, session: session);
}
