using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Expressions;

/// <summary>AllOf, AnyOf and Not, in rules and policies alike.</summary>
public class ConditionReaderTests
{
    private const string Leaf = "{ DmarcExpression: { Operator: EQUALS, Values: [NONE] } }";

    public static TheoryData<string, string> Holders => new()
    {
        { "RuleSets: [{ RuleSetName: r, Rules: [{ Actions: [{ Drop: {} }], Conditions: [#] }] }]", "RuleSets[0].Rules[0].Conditions" },
        { "RuleSets: [{ RuleSetName: r, Rules: [{ Actions: [{ Drop: {} }], Unless: [#] }] }]", "RuleSets[0].Rules[0].Unless" },
        {
            "TrafficPolicies: [{ TrafficPolicyName: abc, DefaultAction: DENY, PolicyStatements: [{ Action: ALLOW, Conditions: [#] }] }]",
            "TrafficPolicies[0].PolicyStatements[0].Conditions"
        },
    };

    [Fact]
    public void Combinations_become_records()
    {
        var resources = ReadValid(LanguageDocument.Yaml);

        var any = Assert.IsType<RuleAnyOf>(Assert.Single(resources.RuleSets[0].Rules[0].Conditions));
        var all = Assert.IsType<RuleAllOf>(any.Conditions[0]);
        Assert.IsType<RuleStringExpression>(all.Conditions[0]);
        Assert.IsType<RuleNumberExpression>(all.Conditions[1]);
        Assert.IsType<RuleBooleanExpression>(Assert.IsType<RuleNot>(any.Conditions[1]).Condition);

        var statement = Assert.IsType<PolicyAnyOf>(resources.TrafficPolicies[0].PolicyStatements[0].Conditions[0]);
        Assert.Equal(3, statement.Conditions.Length);
        var both = Assert.IsType<PolicyAllOf>(statement.Conditions[2]);
        Assert.IsType<PolicyVerdictExpression>(Assert.IsType<PolicyNot>(both.Conditions[0]).Condition);
        Assert.IsType<PolicyDmarcExpression>(both.Conditions[1]);
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void Eight_within_each_other_are_the_most(string holder, string path)
    {
        Assert.Empty(Errors(holder, Nested("AllOf: [", "]", 8)));
        Assert.Empty(Errors(holder, Nested("Not: ", "", 8)));

        var steps = string.Concat(Enumerable.Repeat(".AnyOf[0]", 8));
        Assert.Equal(
            [$"mailmanager.yaml:1: {path}[0]{steps}.AnyOf: is nested too deep: AllOf, AnyOf and Not may stand within each other 8 deep"],
            Errors(holder, Nested("AnyOf: [", "]", 9)));
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void A_hundred_conditions_are_the_most(string holder, string path)
    {
        // Groups count, too.
        var ninety = string.Join(", ", Enumerable.Repeat($"{{ AnyOf: [{Repeat(9)}] }}", 9));

        Assert.Empty(Errors(holder, $"{ninety}, {{ AnyOf: [{Repeat(9)}] }}"));
        Assert.Equal(
            [$"mailmanager.yaml:1: {path}[9].AnyOf[9]: is one condition too many: there may be 100 in all, those inside of others included"],
            Errors(holder, $"{ninety}, {{ AnyOf: [{Repeat(10)}] }}"));
        Assert.Single(Errors(holder, $"{ninety}, {{ AnyOf: [{Repeat(9)}, {{ AnyOf: [{Repeat(10)}] }}] }}"));
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void Groups_have_one_to_ten_conditions(string holder, string path)
    {
        Assert.Equal([$"mailmanager.yaml:1: {path}[0].AllOf: has 0 entries, must have 1 to 10"], Errors(holder, "{ AllOf: [] }"));
        Assert.Equal([$"mailmanager.yaml:1: {path}[0].AnyOf: has 11 entries, must have 1 to 10"], Errors(holder, $"{{ AnyOf: [{Repeat(11)}] }}"));
        Assert.Equal([$"mailmanager.yaml:1: {path}[0].Not: must be a map, not a list"], Errors(holder, $"{{ Not: [{Leaf}] }}"));
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void A_condition_is_one_key(string holder, string path) =>
        Assert.Contains("; got AllOf and Not", Assert.Single(Errors(holder, $"{{ AllOf: [{Leaf}], Not: {Leaf} }}"), error => error.Contains(path)), StringComparison.Ordinal);

    [Fact]
    public void Conditions_and_exceptions_of_a_rule_count_together()
    {
        var fifty = string.Join(", ", Enumerable.Repeat($"{{ AnyOf: [{Repeat(9)}] }}", 5));
        const string Holder = "RuleSets: [{ RuleSetName: r, Rules: [#] }]";

        Assert.Empty(Errors(Holder, $"{{ Conditions: [{fifty}], Unless: [{fifty}], Actions: [{{ Drop: {{}} }}] }}, {{ Conditions: [{fifty}], Actions: [{{ Drop: {{}} }}] }}"));
        Assert.Contains(
            "RuleSets[0].Rules[0].Unless[5]: is one condition too many",
            Assert.Single(Errors(Holder, $"{{ Conditions: [{fifty}], Unless: [{fifty}, {Leaf}], Actions: [{{ Drop: {{}} }}] }}")),
            StringComparison.Ordinal);
    }

    private static string[] Errors(string holder, string conditions) => Read(holder.Replace("#", conditions, StringComparison.Ordinal)).Errors;

    private static string Repeat(int count) => string.Join(", ", Enumerable.Repeat(Leaf, count));

    private static string Nested(string open, string close, int depth) =>
        string.Concat(Enumerable.Repeat($"{{ {open}", depth)) + Leaf + string.Concat(Enumerable.Repeat($"{close} }}", depth));
}
