using System.Collections.Immutable;
using CsCheck;
using MailManager.Resources.Expressions;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Tests.Strings;

public class StringMatcherTests
{
    [Fact]
    public void Find_is_the_first_value_that_hits_for_any_number_of_values()
    {
        var values = Gen.OneOf(Texts.AnyValue.Array[1, 12], Texts.AnyValue.Array[StringMatcher.SearchLimit, StringMatcher.SearchLimit + 10]);
        Gen.Select(Texts.Operator, values, Texts.Text).Sample(
            (op, values, text) =>
            {
                var matcher = StringMatcher.Create(op, [.. values]);
                var expected = Array.FindIndex(values, value => Texts.Hits(op, value, text));
                return matcher.Find(text) == expected && matcher.Matches(text) == expected >= 0;
            },
            iter: 5_000);
    }

    [Theory]
    [InlineData(StringOperator.Equals, "User@Example.COM", "user@example.com")]
    [InlineData(StringOperator.StartsWith, "USER", "user@example.com")]
    [InlineData(StringOperator.EndsWith, "@EXAMPLE.com", "user@example.com")]
    [InlineData(StringOperator.Contains, "EXAMPLE", "user@example.com")]
    [InlineData(StringOperator.Matches, "^USER@EX.MPLE[.]com$", "user@example.com")]
    [InlineData(StringOperator.Contains, "STRASSE", "grosse strasse")]
    [InlineData(StringOperator.Contains, "\u00C9T\u00C9", "un \u00E9t\u00E9")]
    public void Case_is_ignored(StringOperator op, string value, string text)
    {
        Assert.True(StringMatcher.Create(op, [value]).Matches(text));
        Assert.Equal(100, StringMatcher.Create(op, [.. Many(100), value]).Find(text));
    }

    [Theory]
    [InlineData("STRASSE", "stra\u00DFe")]
    [InlineData("I", "\u0131")]
    [InlineData("i", "\u0130")]
    public void Characters_do_not_become_others(string value, string text)
    {
        Assert.False(StringMatcher.Create(StringOperator.Contains, [value]).Matches(text));
        Assert.False(StringMatcher.Create(StringOperator.Contains, [.. Many(100), value]).Matches(text));
    }

    [Fact]
    public void A_star_is_a_star() => Assert.False(StringMatcher.Create(StringOperator.Equals, ["*@example.com"]).Matches("user@example.com"));

    [Fact]
    public void Not_equals_and_not_matches_are_answered_in_their_positive_form()
    {
        Assert.Equal(1, StringMatcher.Create(StringOperator.NotEquals, ["a", "b"]).Find("B"));
        Assert.Equal(1, StringMatcher.Create(StringOperator.NotMatches, ["a", "b"]).Find("xBx"));
    }

    [Fact]
    public void An_expression_is_found_anywhere_and_the_first_that_is_found_is_named()
    {
        var matcher = StringMatcher.Create(StringOperator.Matches, ["^b", "[0-9]{4}", "order"]);
        Assert.Equal(1, matcher.Find("Your order 4711"));
        Assert.Equal(2, matcher.Find("Your order"));
        Assert.Equal(-1, matcher.Find("abc"));
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(.*?,){25}x")]
    public void Expressions_that_make_other_engines_explode_take_linear_time(string pattern) =>
        Assert.Equal(-1, StringMatcher.Create(StringOperator.Matches, [pattern]).Find(new string('a', 1 << 20) + "!"));

    [Theory]
    [InlineData(StringOperator.Equals)]
    [InlineData(StringOperator.StartsWith)]
    [InlineData(StringOperator.EndsWith)]
    [InlineData(StringOperator.Contains)]
    [InlineData(StringOperator.Matches)]
    public void Nothing_is_allocated_when_warm(StringOperator op)
    {
        string[] texts = ["Re: your order 4711", "x value7 y", "\u00E9t\u00E9 \U00010428", "value3", ""];
        foreach (var count in new[] { 1, 10, 100 })
        {
            var matcher = StringMatcher.Create(op, Many(count));
            for (var i = 0; i < 200; i++)
            {
                Run(matcher);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                Run(matcher);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        void Run(StringMatcher matcher)
        {
            foreach (var text in texts)
            {
                matcher.Matches(text);
                matcher.Find(text);
            }
        }
    }

    private static ImmutableArray<string> Many(int count) => [.. Enumerable.Range(0, count).Select(i => $"value{i}")];
}
