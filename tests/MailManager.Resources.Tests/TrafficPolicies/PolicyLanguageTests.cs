using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.TrafficPolicies;

/// <summary>What policies have beyond the API.</summary>
public class PolicyLanguageTests
{
    private const string Statement = "TrafficPolicies[0].PolicyStatements[0]";

    [Fact]
    public void New_members_become_records()
    {
        var statement = Assert.Single(ReadValid(LanguageDocument.Yaml).TrafficPolicies[0].PolicyStatements);

        Assert.Equal("Not from there, see https://example.com/blocked", statement.ReplyText);
        var both = Assert.IsType<PolicyAllOf>(Assert.IsType<PolicyAnyOf>(statement.Conditions[0]).Conditions[2]);
        var verdict = Assert.IsType<PolicyVerdictExpression>(Assert.IsType<PolicyNot>(both.Conditions[0]).Condition);
        Assert.Equal(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Dmarc), verdict.Evaluate);
        Assert.Equal(VerdictOperator.Equals, verdict.Operator);
        Assert.Equal([RuleVerdict.Pass], verdict.Values);
        Assert.Equal([RuleDmarcPolicy.Quarantine], Assert.IsType<PolicyDmarcExpression>(both.Conditions[1]).Values);
        var name = Assert.IsType<PolicyStringExpression>(statement.Conditions[1]);
        Assert.Equal(new PolicyStringOperand.Attribute(PolicyStringAttribute.ReverseDns), name.Evaluate);
        Assert.Equal(StringOperator.NotMatches, name.Operator);
        Assert.Equal([@"^mail\d+\.", @"\.example$"], name.Values);
    }

    [Theory]
    [InlineData("ReplyText: Not from there, see https://example.com/blocked", "ReplyText: \"a\\r\\n250 b\"", ".ReplyText: 'a\\u{d}\\u{a}250 b' does not match [\\x20-\\x7e]+ (printable ASCII)")]
    [InlineData("ReplyText: Not from there, see https://example.com/blocked", "ReplyText: ''", ".ReplyText: '' has 0 characters, must have 1 to 256")]
    [InlineData("Values: ['^mail\\d+\\.'", "Values: ['^mail(\\d+\\.'", ".Conditions[1].StringExpression.Values[0]: '^mail(\\d+\\.' is not a regular expression: insufficient closing parentheses at character 11")]
    [InlineData("Values: [PASS]", "Values: [GOOD]", ".Conditions[0].AnyOf[2].AllOf[0].Not.VerdictExpression.Values[0]: 'GOOD' is not one of PASS, FAIL, GRAY, PROCESSING_FAILED")]
    [InlineData("[QUARANTINE]", "[]", ".Conditions[0].AnyOf[2].AllOf[1].DmarcExpression.Values: has 0 entries, must have 1 to 10")]
    [InlineData("\"2001:db8:bad::/48\"", "192.0.2.0/24", ".Conditions[0].AnyOf[1].Ipv6Expression.Values[0]: '192.0.2.0/24' is not an IPv6 range such as 2001:db8::/32")]
    public void Members_are_checked(string from, string to, string expected) => ChangingOf(LanguageDocument.Yaml, from, to, Statement + expected);

    [Fact]
    public void A_reply_text_is_for_refusals()
    {
        var (_, errors) = Read(LanguageDocument.Yaml.Replace("- Action: DENY", "- Action: ALLOW", StringComparison.Ordinal));

        Assert.Equal(
            ["mailmanager.yaml:16: TrafficPolicies[0].PolicyStatements[0].ReplyText: is for statements with DENY: who is let in is told nothing"], errors);
    }

    [Fact]
    public void Ten_regular_expressions_are_the_most()
    {
        Assert.Empty(Read(Policy("MATCHES", 10)).Errors);
        Assert.Empty(Read(Policy("CONTAINS", 11)).Errors);
        Assert.Equal(
            [$"mailmanager.yaml:1: {Statement}.Conditions[0].StringExpression.Values: has 11 entries, must have 1 to 10"], Read(Policy("MATCHES", 11)).Errors);

        static string Policy(string comparison, int values) =>
            "TrafficPolicies: [{ TrafficPolicyName: abc, DefaultAction: DENY, PolicyStatements: [{ Action: ALLOW, Conditions: [{ StringExpression: "
            + $"{{ Evaluate: {{ Attribute: HELO }}, Operator: {comparison}, Values: [{string.Join(", ", Enumerable.Repeat("a", values))}] }} }}] }}] }}]";
    }
}
