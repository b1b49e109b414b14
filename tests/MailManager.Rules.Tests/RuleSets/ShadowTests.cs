using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>Rules that are not enabled, shadow rules, and what is counted.</summary>
public class ShadowTests
{
    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void A_rule_that_is_not_enabled_is_as_if_absent()
    {
        Assert.Equal("R[]: a@x", Outcome(_message, ["a@x"], Always(Drop) with { Enabled = false }, Always(Relay("R"))));
        var ruleSet = Compile(Always(Drop) with { Enabled = false }, Always(Replace("b@x")) with { Enabled = false }, Always(Relay("R")));
        Assert.False(ruleSet.ReplacesRecipients);
        var explained = Assert.Single(ruleSet.Explain(_message, ["a@x"], new RuleEvaluation()));
        Assert.Equal(2, explained.Rule);
    }

    [Fact]
    public void A_shadow_rule_changes_nothing_for_anybody()
    {
        var ruleSet = Compile(Always(Replace("b@x")) with { Shadow = true }, Always(Drop) with { Shadow = true }, When(Recipient("a@x"), Relay("R")));
        var evaluation = new RuleEvaluation();
        ruleSet.Evaluate(_message, ["a@x"], evaluation);

        Assert.Equal("relay R", evaluation.Disposition(0));
        Assert.Equal([2], evaluation.MatchedRules);
        Assert.Equal([0, 1], evaluation.ShadowMatchedRules);
        Assert.False(ruleSet.ReplacesRecipients);
        Assert.Equal([true, true, false], ruleSet.Explain(_message, ["a@x"], new RuleEvaluation()).Select(rule => rule.IsShadow));
    }

    [Fact]
    public void Rules_are_named_by_id_then_name_then_index()
    {
        var ruleSet = Compile(Always(Drop) with { Id = "id", Name = "name" }, Always(Drop) with { Name = "name" }, Always(Drop));
        Assert.Equal(["id", "name", "Rules[2]"], Enumerable.Range(0, 3).Select(ruleSet.RuleName));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_are_counted_that_reach_a_rule_and_that_it_matches(bool compiled)
    {
        var ruleSet = Compile(
            When(Recipient("a@x"), Relay("R")) with { Id = "relays" },
            When(Recipient("b@x"), Drop) with { Id = "shadow", Shadow = true },
            Always(Drop) with { Id = "off", Enabled = false },
            When(Recipient("b@x"), Drop) with { Id = "drops" },
            Always(Relay("R")) with { Id = "last" });
        if (compiled)
        {
            await ruleSet.CompileInBackground();
        }

        var evaluation = new RuleEvaluation();
        ruleSet.Evaluate(_message, ["a@x"], evaluation);
        ruleSet.Evaluate(_message, ["b@x", "b@x"], evaluation);
        ruleSet.Evaluate(_message, ["b@x", "c@x"], evaluation);
        ruleSet.Evaluate(_message, [], evaluation);
        ruleSet.Explain(_message, ["a@x"], evaluation);

        Assert.Equal(
            [
                new RuleCounters("relays", 3, 1, 0),
                new RuleCounters("shadow", 3, 0, 2),
                new RuleCounters("off", 0, 0, 0),
                new RuleCounters("drops", 3, 2, 0),
                new RuleCounters("last", 2, 2, 0),
            ],
            ruleSet.ReadCounters());
    }

    [Fact]
    public void Counters_of_many_threads_lose_nothing()
    {
        var ruleSet = Compile(Always(Relay("R")));

        Parallel.For(0, 8, _ =>
        {
            var message = TestInput.Message();
            var evaluation = new RuleEvaluation();
            for (var i = 0; i < 1_000; i++)
            {
                ruleSet.Evaluate(message, ["a@x"], evaluation);
            }
        });

        Assert.Equal(new RuleCounters("Rules[0]", 8_000, 8_000, 0), Assert.Single(ruleSet.ReadCounters()));
    }

    /// <summary>More than one block of rules, with recipients that change in between.</summary>
    [Fact]
    public void Two_hundred_rules_run_in_order()
    {
        var rules = Enumerable.Range(0, 200).Select(i => When(Recipient($"u{i}@x"), Replace($"u{i + 1}@x"))).Append(Always(Relay("R"))).ToArray();
        Assert.Equal("R[]: a@x u200@x", Outcome(_message, ["a@x", "u0@x"], rules));
        Assert.Equal("R[]: u200@x", Outcome(_message, ["u77@x"], rules));
    }
}
