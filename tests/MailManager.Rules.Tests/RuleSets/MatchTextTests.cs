using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>What a log says of a rule that matched: which of the conditions that need not hold did.</summary>
public class MatchTextTests
{
    private static readonly RuleCondition Yes = Flag(RuleBooleanEmailAttribute.Tls, expected: false);
    private static readonly RuleCondition No = Flag(RuleBooleanEmailAttribute.Tls);

    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void A_rule_without_alternatives_is_its_name() => Assert.Equal("Rules[0]", Text(["a@x"], All(Yes, Not(No))));

    [Fact]
    public void Alternatives_that_hold_are_told_by_their_path() =>
        Assert.Equal("Rules[0](Conditions[1].AnyOf[1]+Conditions[1].AnyOf[2])", Text(["a@x"], Yes, Any(No, Yes, Yes)));

    [Fact]
    public void Alternatives_within_combinations_are_told_too() =>
        Assert.Equal(
            "Rules[0](Conditions[0].AllOf[1].AnyOf[0]+Conditions[0].AllOf[1].AnyOf[0].AnyOf[1])",
            Text(["a@x"], All(Yes, Any(Any(No, Yes), No))));

    [Fact]
    public void Of_several_recipients_all_that_held_for_any_are_told() =>
        Assert.Equal("Rules[0](Conditions[0].AnyOf[0]+Conditions[0].AnyOf[2])", Text(["a@x", "c@x"], Any(Recipient("a@x"), Recipient("b@x"), Recipient("c@x"))));

    /// <summary>Nobody parses a message for the sake of a log; what it costs to answer is asked only if a rule has asked.</summary>
    [Theory]
    [InlineData(false, "Rules[1](Conditions[0].AnyOf[0])")]
    [InlineData(true, "Rules[1](Conditions[0].AnyOf[0]+Conditions[0].AnyOf[1])")]
    public void Attachments_are_not_looked_for(bool isLookedFor, string expected)
    {
        var noAttachment = Flag(RuleBooleanEmailAttribute.HasAttachments, expected: false);
        var ruleSet = Compile(When(isLookedFor ? noAttachment : Yes, Header("X-A")), When(Any(Yes, noAttachment), Relay("R")));
        var evaluation = new RuleEvaluation();
        ruleSet.Evaluate(_message, ["a@x"], evaluation);
        Assert.Equal(expected, ruleSet.MatchText(1, evaluation));
    }

    [Fact]
    public void More_than_sixty_four_alternatives_are_cut()
    {
        var text = Text(["a@x"], Any([.. Enumerable.Repeat(Yes, 70)]));
        Assert.EndsWith("AnyOf[63])", text, StringComparison.Ordinal);
    }

    private string Text(string[] recipients, params RuleCondition[] conditions)
    {
        var ruleSet = Compile(new Rule { Conditions = [.. conditions], Actions = [Relay("R")] });
        var evaluation = new RuleEvaluation();
        ruleSet.Evaluate(_message, recipients, evaluation);
        Assert.Equal([0], evaluation.MatchedRules);
        return ruleSet.MatchText(0, evaluation);
    }
}
