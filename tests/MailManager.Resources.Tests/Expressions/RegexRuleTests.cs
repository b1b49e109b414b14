using System.Text.RegularExpressions;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.Tests.Expressions;

public class RegexRuleTests
{
    /// <summary>Octets: far above what reading any one expression may take (a few MiB), far below what some would without limits (820 MB).</summary>
    private const long MuchMemory = 100 * 1024 * 1024;

    private static readonly string Letters = string.Concat(Enumerable.Range(0x4e00, RegexRule.MaximumLetters).Select(code => (char)code));

    [Theory]
    [InlineData("^mail\\d+\\.example\\.(com|org)$")]
    [InlineData("(?x) a b  # comment\n")]
    [InlineData("(?i:a)(?<name>b)|[\\w-[\\d]]+?")]
    [InlineData("(a+)+$")]
    [InlineData("(.*?,){25}x")]
    [InlineData(".{999}")]
    [InlineData("\\bfoo\\b|\\p{Lu}{3,}")]
    public void What_the_engine_can_do_is_allowed(string pattern) => Assert.Null(RegexRule.ProblemWith(pattern));

    [Theory]
    [InlineData("", "'' has 0 characters, must have 1 to 4096")]
    [InlineData("(a", "'(a' is not a regular expression: insufficient closing parentheses at character 2")]
    [InlineData("a)", "'a)' is not a regular expression: insufficient opening parentheses at character 2")]
    [InlineData("[z-a]", "'[z-a]' is not a regular expression: reversed character range at character 4")]
    [InlineData("a)|(b", "'a)|(b' is not a regular expression: insufficient opening parentheses at character 2")]
    [InlineData("(?x)a # b", "'(?x)a # b' is not a regular expression: insufficient closing parentheses at character 9")]
    [InlineData("(?=a)b", "'(?=a)b' has what non-backtracking regular expressions have not: 'positive lookahead (?= pattern) or positive lookbehind (?<= pattern)'")]
    [InlineData("(?<!a)b", "'(?<!a)b' has what non-backtracking regular expressions have not: 'negative lookahead (?! pattern) or negative lookbehind (?<! pattern)'")]
    [InlineData("(a)\\1", "'(a)\\1' has what non-backtracking regular expressions have not: 'backreference (\\ number)'")]
    [InlineData("(?>a)", "'(?>a)' has what non-backtracking regular expressions have not: 'atomic subexpressions (?> pattern)'")]
    [InlineData("\\Ga", "'\\Ga' has what non-backtracking regular expressions have not: 'contiguous matches (\\G)'")]
    public void What_it_cannot_do_is_refused_with_the_reason(string pattern, string problem) => Assert.Equal(problem, RegexRule.ProblemWith(pattern));

    [Theory]
    [InlineData(".{1000}")]
    [InlineData("(a{1000}){1000}")]
    [InlineData("(?:(?:(?:a{99}){99}){99}){99}")]
    [InlineData("a{2147483647}b")]
    [InlineData("[ab]{9000,}c")]
    [InlineData("x(ab|c){300000000}")]
    public void An_automaton_of_a_thousand_states_is_too_large(string pattern) => AssertCheap(
        pattern, $"'{pattern}' is too large: it has more than 999 states (what is repeated counts as often as it may occur)");

    [Fact]
    public void Letters_that_make_many_classes_are_limited()
    {
        AssertCheap($"[{Letters}]+", null);
        AssertCheap(Letters + Letters, null);
        AssertCheap(Letters + "a", null);
        Assert.EndsWith("' has more than 128 different characters outside of ASCII", RegexRule.ProblemWith(Letters + "\u3042"), StringComparison.Ordinal);
        Assert.EndsWith("' has more than 128 different characters outside of ASCII", RegexRule.ProblemWith(Letters + @"\u3042"), StringComparison.Ordinal);
        AssertCheap(Letters + @"\\u3042", null);
    }

    [Fact]
    public void Too_many_letters_are_refused_before_the_engine_sees_them() =>
        AssertCheap(string.Concat(Enumerable.Range(0x4e00, 4000).Select(code => (char)code)), "' has more than 128 different characters outside of ASCII");

    [Fact]
    public void Length_is_in_characters()
    {
        Assert.Contains("has 4097 characters, must have 1 to 4096", RegexRule.ProblemWith(new string('a', 4097)), StringComparison.Ordinal);
        Assert.Contains("is too large", RegexRule.ProblemWith(new string('a', 4096)), StringComparison.Ordinal);
    }

    /// <summary>A backtracking engine would not come back from either.</summary>
    [Theory]
    [InlineData("(a+)+$", true)]
    [InlineData("(.*?,){25}x", false)]
    public void A_megabyte_takes_linear_time(string pattern, bool expected)
    {
        Assert.Null(RegexRule.ProblemWith(pattern));

        var regex = new Regex(pattern, RegexRule.Options);
        Assert.Equal(expected, regex.IsMatch(new string('a', 1_000_000)));
        Assert.DoesNotMatch(regex, new string('a', 1_000_000) + "b");
    }

    [Fact]
    public void Whole_texts_are_matched_with_alternatives_and_without_case()
    {
        var regex = RegexRule.Whole("a|b+");

        Assert.Matches(regex, "BBB");
        Assert.DoesNotMatch(regex, "ab");
        Assert.DoesNotMatch(regex, "b\n");
    }

    private static void AssertCheap(string pattern, string? problem)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = RegexRule.ProblemWith(pattern);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MuchMemory);
        Assert.EndsWith(problem ?? string.Empty, found ?? string.Empty, StringComparison.Ordinal);
        Assert.Equal(problem is null, found is null);
    }
}
