using CsCheck;
using MailManager.Resources.Expressions;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Tests.Strings;

public class StringMatcherTests
{
    private static readonly Gen<string> Text = Gen.Char["aAbB@.é\u0130\u212A"].Array[0, 8].Select(c => new string(c));

    [Fact]
    public void Matches_agrees_with_plain_comparisons_for_any_number_of_values()
    {
        var value = Gen.Char["aAbB@.éK"].Array[1, 4].Select(c => new string(c));
        Gen.Select(Gen.Enum<StringOperator>(), value.Array[1, 12], Text).Sample((op, values, text) =>
            StringMatcher.Create(op, [.. values]).Matches(text) == values.Any(v => Plain(op, v, text)));
    }

    [Theory]
    [InlineData(StringOperator.Equals, "User@Example.COM", "user@example.com")]
    [InlineData(StringOperator.StartsWith, "USER", "user@example.com")]
    [InlineData(StringOperator.EndsWith, "@EXAMPLE.com", "user@example.com")]
    [InlineData(StringOperator.Contains, "EXAMPLE", "user@example.com")]
    public void Case_is_ignored(StringOperator op, string value, string text) => Assert.True(StringMatcher.Create(op, [value]).Matches(text));

    [Fact]
    public void A_star_is_a_star() => Assert.False(StringMatcher.Create(StringOperator.Equals, ["*@example.com"]).Matches("user@example.com"));

    private static bool Plain(StringOperator op, string value, string text) => op switch
    {
        StringOperator.Equals or StringOperator.NotEquals => text.Equals(value, StringComparison.OrdinalIgnoreCase),
        StringOperator.StartsWith => text.StartsWith(value, StringComparison.OrdinalIgnoreCase),
        StringOperator.EndsWith => text.EndsWith(value, StringComparison.OrdinalIgnoreCase),
        _ => text.Contains(value, StringComparison.OrdinalIgnoreCase),
    };
}
