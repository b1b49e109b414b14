using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>ReplaceRecipient by a mapping table and by a pattern.</summary>
public class ReplacementTests
{
    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Theory]
    [InlineData("a@o.example", "n@x")]
    [InlineData("A@O.EXAMPLE", "n@x")]
    [InlineData("b@o.example", "b@y")]
    [InlineData("o'neil+tag@O.example", "o'neil+tag@y")]
    [InlineData("c@x", "c@x")]
    [InlineData("a@sub.o.example", "")]
    public void A_table_is_asked_for_the_address_then_for_its_domain(string recipient, string expected) =>
        Assert.Equal(
            expected.Length == 0 ? $"uncovered: {recipient}" : $"R[]: {expected}",
            Outcome(_message, [recipient], Always(Map(("@o.example", ["@y"]), ("a@o.example", ["n@x"])), Relay("R"))));

    [Fact]
    public void A_table_may_give_several_addresses_and_those_not_in_it_stay() =>
        Assert.Equal(
            "R[]: n@x b@x m@y a@y",
            Outcome(_message, ["a@x", "b@x"], Always(Map(("a@x", ["n@x", "m@y", "n@x", "@y"])), Relay("R"))));

    [Fact]
    public void Conditions_and_later_rules_see_the_mapped_recipients() =>
        Assert.Equal(
            "R1[]: n@x; R2[]: n@x b@x",
            Outcome(_message, ["a@x", "b@x"], Always(Map(("a@x", ["n@x"]))), When(Recipient("n@x", "a@x"), Relay("R1")), Always(Relay("R2"))));

    [Fact]
    public void A_recipient_that_was_served_before_it_was_mapped_is_served() =>
        Assert.Equal("R[]: a@x", Outcome(_message, ["a@x"], Always(Relay("R"), Map(("a@x", ["m@x", "n@x"])))));

    [Fact]
    public void Each_of_several_must_be_served()
    {
        var map = Always(Map(("a@x", ["m@x", "n@x"])));
        Assert.Equal("R[]: m@x; uncovered: a@x", Outcome(_message, ["a@x"], map, When(Recipient("m@x"), Relay("R"))));
        Assert.Equal("R[]: n@x; uncovered: a@x", Outcome(_message, ["a@x"], map, When(Recipient("n@x"), Relay("R"))));
    }

    [Fact]
    public void Mapping_one_by_one_adds_nobody_however_often()
    {
        var recipients = Enumerable.Range(0, RecipientTable.MaxReplacements + 1).Select(i => $"u{i}@x").ToArray();
        Assert.Equal(
            "R[]: " + string.Join(' ', recipients),
            Outcome(_message, recipients, Always(Map(("@x", ["@y"])), Map(("@y", ["@x"])), Relay("R"))));
        Assert.EndsWith(
            "; uncovered: u1000@x",
            Outcome(_message, recipients, Always(Map(("@x", ["@y", "@x"])), Relay("R"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_becomes_too_long_is_served_by_nobody()
    {
        var local = new string('a', 60);
        var domain = "@" + string.Join('.', Enumerable.Repeat(new string('d', 60), 4))[..195];
        Assert.Equal($"uncovered: {local}@x", Outcome(_message, [local + "@x"], Always(Map(("@x", [domain])), Relay("R"))));
        Assert.Equal("NoAddress", Failure($"{local}@x", Always(Map(("@x", [domain])), Relay("R"))));
    }

    [Theory]
    [InlineData("(.*)@o\\.example", "$1@x", "ab.c@O.Example", "ab.c@x")]
    [InlineData("(?<user>[^+@]+)(\\+[^@]*)?@x", "${user}@y", "ab+tag@x", "ab@y")]
    [InlineData("a|ab@x", "n@x", "ab@x", "n@x")]
    [InlineData("b@x", "n@x", "ab@x", "ab@x")]
    [InlineData("a@x", "n@x", "a@x.o.example", "")]
    [InlineData("(.*)@(.*)", "$2.$1@x", "a@o.example", "o.example.a@x")]
    [InlineData("a@x\\n?", "n@x", "a@x", "n@x")]
    public void A_pattern_rewrites_the_address_that_it_matches_as_a_whole(string pattern, string with, string recipient, string expected) =>
        Assert.Equal(
            expected.Length == 0 ? $"uncovered: {recipient}" : $"R[]: {expected}",
            Outcome(_message, [recipient], Always(Rewrite(pattern, with), Relay("R"))));

    [Theory]
    [InlineData("(.*)@o\\.example", "$1", "u@x", "\"a@x\"@o.example")]
    [InlineData("\"(.*)\"@o\\.example", "$1@x", "u@x", "\"b@y,a\"@o.example")]
    [InlineData("(.*)@o\\.example", "$1@x", "u@x", "a%y@o.example")]
    [InlineData("(.*)@o\\.example", "$1@x", "u@x", "ü@o.example")]
    [InlineData("(.*)@o\\.example", "$1@x", "u@x", "<a>@o.example")]
    [InlineData("(.*)@o\\.example", "n@$1", "u@x", "..@o.example")]
    [InlineData("(.*)@o\\.example", "$$@x", "u@x", "a@o.example")]
    public void What_is_no_plain_address_goes_nowhere(string pattern, string with, string other, string recipient)
    {
        Assert.Equal($"R[]: {other}; uncovered: {recipient}", Outcome(_message, [recipient, other], Always(Rewrite(pattern, with), Relay("R"))));
        Assert.Equal("NoAddress", Failure(recipient, Always(Rewrite(pattern, with), Relay("R"))));
    }

    [Fact]
    public void A_rewritten_recipient_is_relayed_for_only_if_it_is_verified()
    {
        Assert.Equal("uncovered: a@x", Outcome(_message, ["a@x"], Always(Rewrite("(.*)@x", "$1@o.example"), Relay("R"))));
        Assert.Equal("uncovered: a@x", Outcome(_message, ["a@x"], Always(Map(("@x", ["@o.example"])), Send())));
    }

    [Theory]
    [InlineData("(a", "n@x", "Matches")]
    [InlineData("a)|(?:b", "n@x", "Matches")]
    [InlineData("(?x)a@x #", "n@x", "Matches")]
    [InlineData("(?=a)b", "n@x", "Matches")]
    [InlineData("(a)\\1", "n@x", "Matches")]
    [InlineData("(a)", "$2@x", "ReplaceWith")]
    [InlineData("(a)", "$12@x", "ReplaceWith")]
    [InlineData("(?<one>a)", "${two}@x", "ReplaceWith")]
    [InlineData("(a)", "$&@x", "ReplaceWith")]
    [InlineData("(a)", "$`@x", "ReplaceWith")]
    [InlineData("(a)", "n@x$", "ReplaceWith")]
    [InlineData("(a)", "${@x", "ReplaceWith")]
    public void Patterns_that_cannot_be_what_they_seem_are_refused(string pattern, string with, string member) =>
        Assert.Equal(
            $"Rules[0].Actions[0].Pattern.{member}",
            Assert.Single(CompiledRuleSet.Compile(RuleSet(Always(Rewrite(pattern, with))), World).Errors).Path);

    [Fact]
    public void Tables_that_cannot_be_used_are_refused() =>
        Assert.Equal(
            ["Mapping", "Mapping[0].From", "Mapping[1].From", "Mapping[0].To", "Mapping[0].To[1]"],
            new[] { Map(), Map(("a", ["a@x"])), Map(("a@x", ["a@x"]), ("A@X", ["b@x"])), Map(("@x", [])), Map(("@x", ["@y", "@"])) }
                .Select(map => Assert.Single(CompiledRuleSet.Compile(RuleSet(Always(map)), World).Errors).Path["Rules[0].Actions[0].".Length..]));

    private string Failure(string recipient, params Resources.RuleSets.Rule[] rules)
    {
        var evaluation = new RuleEvaluation();
        CompiledRuleSet.Compile(RuleSet(rules), World).Value!.Evaluate(_message, [recipient], evaluation);
        return evaluation.LastFailure(0).ToString();
    }
}
