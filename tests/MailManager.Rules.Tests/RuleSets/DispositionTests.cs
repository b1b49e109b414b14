using System.Text;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

public class DispositionTests
{
    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void All_rules_that_match_apply_not_only_the_first() =>
        Assert.Equal("R1[]: a@x; R2[]: a@x", Outcome(_message, ["a@x"], Always(Relay("R1")), Always(Relay("R2"))));

    [Fact]
    public void Rules_apply_to_the_recipients_that_match() =>
        Assert.Equal(
            "R1[]: a@x; R2[]: b@x; uncovered: c@x",
            Outcome(_message, ["a@x", "b@x", "c@x"], When(Recipient("a@x"), Relay("R1")), When(Recipient("b@x"), Relay("R2"))));

    [Fact]
    public void Drop_ends_processing_for_its_recipients_only() =>
        Assert.Equal("R[]: b@x; dropped: a@x", Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Drop, Relay("R")), Always(Relay("R"))));

    [Fact]
    public void What_was_relayed_before_a_drop_stays_relayed() =>
        Assert.Equal("R[]: a@x; dropped: a@x", Outcome(_message, ["a@x"], Always(Relay("R")), Always(Drop)));

    [Fact]
    public void An_added_header_goes_with_later_deliveries_only() =>
        Assert.Equal("R1[]: a@x; R2[X-A,X-B]: a@x", Outcome(_message, ["a@x"], Always(Relay("R1"), Header("X-A"), Header("X-B")), Always(Relay("R2"))));

    [Fact]
    public void Conditions_do_not_see_added_headers() =>
        Assert.Equal("uncovered: a@x", Outcome(_message, ["a@x"], Always(Header("X-A", "v")), When(XHeader("X-A", StringOperator.Equals, "v"), Relay("R"))));

    [Fact]
    public void Recipients_with_the_same_treatment_share_a_delivery() =>
        Assert.Equal(
            "R[X-A]: a@x; R[]: b@x c@x",
            Outcome(_message, ["a@x", "b@x", "c@x"], When(Recipient("a@x"), Header("X-A")), Always(Relay("R"))));

    [Fact]
    public void A_relay_reached_twice_delivers_once_unless_the_headers_differ()
    {
        Assert.Equal("R[]: a@x", Outcome(_message, ["a@x"], Always(Relay("R")), Always(Relay("R"))));
        Assert.Equal("R[]: a@x; R[X-A]: a@x", Outcome(_message, ["a@x"], Always(Relay("R")), Always(Header("X-A"), Relay("R"))));
        Assert.Equal("R[X-A]: a@x; R[X-A]: b@x", Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Header("X-A", "1")), When(Recipient("b@x"), Header("X-A", "2")), Always(Relay("R"))));
    }

    [Fact]
    public void A_delivery_leaves_from_one_pool()
    {
        var (one, two) = (new RuleAction.Relay("R", null, null) { EgressPool = "one" }, new RuleAction.Relay("R", null, null) { EgressPool = "two" });
        Assert.Equal("R[]: a@x; R[]: a@x; R[]: a@x", Outcome(_message, ["a@x"], Always(one), Always(two), Always(Relay("R")), Always(one)));
        Assert.Equal("R[]: a@x b@x", Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), one), When(Recipient("b@x"), one)));
    }

    [Fact]
    public void Later_actions_and_rules_see_the_new_recipients() =>
        Assert.Equal(
            "R1[]: n@x m@x; R2[]: b@x n@x m@x",
            Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Replace("n@x", "m@x"), Relay("R1")), When(Recipient("n@x", "m@x", "b@x"), Relay("R2"))));

    [Fact]
    public void The_replaced_recipient_is_gone() =>
        Assert.Equal("R2[]: n@x", Outcome(_message, ["a@x"], Always(Replace("n@x")), When(Recipient("a@x"), Relay("R1")), Always(Relay("R2"))));

    [Fact]
    public void A_replaced_recipient_is_covered_by_what_happens_to_all_its_replacements()
    {
        var replace = When(Recipient("a@x"), Replace("n@x", "m@x"));
        Assert.Equal("R[]: n@x; uncovered: a@x", Outcome(_message, ["a@x"], replace, When(Recipient("n@x"), Relay("R"))));
        Assert.Equal("R[]: n@x; dropped: m@x", Outcome(_message, ["a@x"], replace, When(Recipient("n@x"), Relay("R")), When(Recipient("m@x"), Drop)));
        Assert.Equal("R[]: a@x", Outcome(_message, ["a@x"], Always(Relay("R")), replace));
    }

    [Fact]
    public void Recipients_that_become_the_same_get_one_message()
    {
        Assert.Equal("R[]: n@x", Outcome(_message, ["a@x", "b@x"], Always(Replace("n@x")), Always(Relay("R"))));
        Assert.Equal("R[]: b@x", Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Replace("b@x")), Always(Relay("R"))));
        Assert.Equal("uncovered: a@x b@x", Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Replace("b@x"))));
        Assert.Equal("R[]: a@x b@x", Outcome(_message, ["a@x", "b@x", "a@x"], Always(Relay("R"))));
        Assert.Equal("R[]: a@x", Outcome(_message, ["a@x"], Always(Replace("a@x")), Always(Relay("R"))));
        Assert.Equal("R[]: b@x a@x", Outcome(_message, ["a@x", "b@x"], Always(Replace("b@x", "a@x")), Always(Relay("R"))));
    }

    [Fact]
    public void Duplicates_of_an_uncovered_recipient_are_reported_as_often_as_given() =>
        Assert.Equal("uncovered: a@x a@x", Outcome(_message, ["a@x", "a@x"], When(Recipient("b@x"), Drop)));

    [Fact]
    public void Local_parts_that_differ_in_case_are_two_recipients() =>
        Assert.Equal("R[]: a@x A@x", Outcome(_message, ["a@x", "A@x"], Always(Relay("R"))));

    [Fact]
    public void Later_actions_of_the_replacing_rule_spare_another_recipient_of_that_address() =>
        Assert.Equal(
            "R1[]: b@x; R2[]: b@x; dropped: b@x",
            Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Replace("b@x"), Relay("R1"), Drop), Always(Relay("R2"))));

    [Fact]
    public void Replacements_beyond_the_bound_leave_their_recipients_uncovered()
    {
        var hundred = Enumerable.Range(0, 100).Select(i => $"n{i}@x").ToArray();
        var recipients = Enumerable.Range(0, 12).Select(i => $"a{i}@x").ToArray();
        var rules = recipients.Select(r => When(Recipient(r), Header("X-" + r[..^2]), Replace(hundred))).Append(Always(Relay("R"))).ToArray();
        Assert.EndsWith("; uncovered: a10@x a11@x", Outcome(_message, recipients, rules), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_recipients_are_told_apart()
    {
        var recipients = Enumerable.Range(0, 200).Select(i => $"u{i}@x").ToArray();
        Assert.Equal("R[]: u130@x; uncovered: " + string.Join(' ', recipients.Where(r => r != "u130@x")), Outcome(_message, recipients, When(Recipient("u130@x"), Relay("R"))));
    }

    [Fact]
    public void A_rule_set_without_rules_covers_nobody() => Assert.Equal("uncovered: a@x", Outcome(_message, ["a@x"]));

    [Fact]
    public void The_header_line_is_complete_and_ASCII()
    {
        var evaluation = new RuleEvaluation();
        var long128 = string.Concat(Enumerable.Repeat("\U0001F4E7", 64));
        var ruleSet = CompiledRuleSet.Compile(RuleSet(Always(Header("X-A", "plain"), Header("X-B", "Grüße"), Header("X-" + new string('C', 62), long128), Relay("R"))), World).Value!;
        ruleSet.Evaluate(_message, ["a@x"], evaluation);
        var lines = evaluation.Deliveries[0].Headers.Select(h => Encoding.ASCII.GetString(h.Line.Span)).ToArray();
        Assert.Equal("X-A: plain\r\n", lines[0]);
        Assert.Equal("X-B: =?utf-8?b?R3LDvMOfZQ==?=\r\n", lines[1]);
        Assert.All(lines, line => Assert.True(line.Length <= 1000 && line.IndexOf("\r\n", StringComparison.Ordinal) == line.Length - 2));
    }

    [Fact]
    public void Explain_tells_what_each_condition_compared()
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(new Rule
        {
            Name = "one",
            Conditions = [String(RuleStringEmailAttribute.Subject, StringOperator.Contains, "HELL"), new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, NumberOperator.LessThanOrEqual, 10)],
            Unless = [Recipient("b@x")],
            Actions = [Relay("R")],
        }), World).Value!;
        var explained = ruleSet.Explain(_message, ["a@x", "b@x"], new RuleEvaluation());
        Assert.Equal(["a@x", "b@x"], explained.Select(e => e.Recipient));
        Assert.False(explained[0].Applies);
        Assert.Equal(
            [new ConditionExplanation("SUBJECT CONTAINS HELL", "hello", true, "HELL", []), new("MESSAGE_SIZE LESS_THAN_OR_EQUAL 10", "24", false, null, [])],
            explained[0].Conditions);
        Assert.Equal([new ConditionExplanation("RECIPIENT EQUALS b@x", "b@x", true, "b@x", [])], explained[1].Unless);
    }
}
