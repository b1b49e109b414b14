using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>What is told of a rule that matched: which of the conditions that need not hold did.</summary>
public class AlternativeTests
{
    private static readonly RuleCondition Yes = Flag(RuleBooleanEmailAttribute.Tls, expected: false);
    private static readonly RuleCondition No = Flag(RuleBooleanEmailAttribute.Tls);

    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void A_rule_without_alternatives_has_none() => Assert.Empty(Held(["a@x"], All(Yes, Not(No))));

    [Fact]
    public void Alternatives_that_hold_are_told_by_their_path() =>
        Assert.Equal(["Conditions[1].AnyOf[1]", "Conditions[1].AnyOf[2]"], Held(["a@x"], Yes, Any(No, Yes, Yes)));

    [Fact]
    public void Alternatives_within_combinations_are_told_too() =>
        Assert.Equal(
            ["Conditions[0].AllOf[1].AnyOf[0]", "Conditions[0].AllOf[1].AnyOf[0].AnyOf[1]"],
            Held(["a@x"], All(Yes, Any(Any(No, Yes), No))));

    [Fact]
    public void Of_several_recipients_all_that_held_for_any_are_told() =>
        Assert.Equal(["Conditions[0].AnyOf[0]", "Conditions[0].AnyOf[2]"], Held(["a@x", "c@x"], Any(Recipient("a@x"), Recipient("b@x"), Recipient("c@x"))));

    /// <summary>Nobody parses a message for the sake of a log; what it costs to answer is asked only if a rule has asked.</summary>
    [Theory]
    [InlineData(false, new[] { "Conditions[0].AnyOf[0]" })]
    [InlineData(true, new[] { "Conditions[0].AnyOf[0]", "Conditions[0].AnyOf[1]" })]
    public void Attachments_are_not_looked_for(bool isLookedFor, string[] expected)
    {
        var noAttachment = Flag(RuleBooleanEmailAttribute.HasAttachments, expected: false);
        var ruleSet = Compile(When(isLookedFor ? noAttachment : Yes, Header("X-A")), When(Any(Yes, noAttachment), Relay("R")));
        var evaluation = new RuleEvaluation();
        ruleSet.Evaluate(_message, ["a@x"], evaluation);
        Assert.Equal(expected, ruleSet.AlternativesOf(1, evaluation));
    }

    [Fact]
    public void More_than_sixty_four_alternatives_are_cut()
    {
        var held = Held(["a@x"], Any([.. Enumerable.Repeat(Yes, 70)]));
        Assert.Equal("Conditions[0].AnyOf[63]", held[^1]);
    }

    private ImmutableArray<string> Held(string[] recipients, params RuleCondition[] conditions)
    {
        var ruleSet = Compile(new Rule { Conditions = [.. conditions], Actions = [Relay("R")] });
        var evaluation = new RuleEvaluation();
        ruleSet.Evaluate(_message, recipients, evaluation);
        Assert.Equal([0], evaluation.MatchedRules);
        return ruleSet.AlternativesOf(0, evaluation);
    }
}
