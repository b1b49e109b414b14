using MailManager.Resources.IpSets;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.IpSets;

public class IpSetReaderTests
{
    [Fact]
    public void Sets_and_what_uses_them_become_records()
    {
        var resources = ReadValid(LanguageDocument.Yaml);

        Assert.Equal(["offices", "blocked"], resources.IpSets.Select(set => set.IpSetName));
        Assert.Equal(["203.0.113.0/25", "203.0.113.200", "2001:db8:5::/48"], resources.IpSets[0].Values);
        Assert.Null(resources.IpSets[0].File);
        Assert.Equal(Path.Combine(Files, "ranges.txt"), resources.IpSets[1].File);
        Assert.Empty(resources.IpSets[1].Values);

        var policy = Assert.IsType<PolicyAnyOf>(resources.TrafficPolicies[0].PolicyStatements[0].Conditions[0]).Conditions;
        var ipv4 = Assert.IsType<PolicyIpv4Expression>(policy[0]);
        Assert.Empty(ipv4.Values);
        Assert.Equal(["blocked", "ses-mail-manager.eu-west-1"], ipv4.IpSets);
        var ipv6 = Assert.IsType<PolicyIpv6Expression>(policy[1]);
        Assert.Equal(["2001:db8:bad::/48"], ipv6.Values);
        Assert.Equal(["offices"], ipv6.IpSets);
        var rule = Assert.IsType<RuleIpExpression>(Assert.IsType<RuleNot>(resources.RuleSets[0].Rules[0].Unless[0]).Condition);
        Assert.Equal(["offices"], rule.IpSets);
        Assert.Equal(["192.0.2.9"], rule.Values);
    }

    [Theory]
    [InlineData("IpSetName: offices", "IpSetName: 'our offices'", "[0].IpSetName: 'our offices' does not match [a-zA-Z0-9_.-]+")]
    [InlineData("203.0.113.200", "203.0.113.256", "[0].Values[1]: '203.0.113.256' is not an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32")]
    [InlineData("203.0.113.0/25", "203.0.113.1/25", "[0].Values[0]: '203.0.113.1/25' has bits set beyond its prefix; write 203.0.113.0/25 or 203.0.113.1/32")]
    [InlineData("IpSetName: blocked, File: ranges.txt", "IpSetName: blocked", "[1]: must have exactly one of Values, File; got none")]
    [InlineData("File: ranges.txt", "File: ranges.txt, Values: [192.0.2.1]", "[1]: must have exactly one of Values, File; got File and Values")]
    [InlineData("File: ranges.txt", "File: ''", "[1].File: '' has 0 characters, must have at least 1")]
    [InlineData("File: ranges.txt", "File: ranges.txt, Url: x", "[1]: 'Url' is not a known key; known are IpSetName, Values, File")]
    public void Members_are_checked(string from, string to, string expected)
    {
        // A set without a name is missed where it is used; only what is said of the set itself counts here.
        var (_, errors) = Read(LanguageDocument.Yaml.Replace(from, to, StringComparison.Ordinal));

        Assert.Equal([expected], errors.Where(error => error.Contains(": IpSets", StringComparison.Ordinal)).Select(error => error[(error.IndexOf(": IpSets", StringComparison.Ordinal) + 8)..]));
    }

    [Fact]
    public void A_file_must_exist() =>
        ChangingOf(LanguageDocument.Yaml, "File: ranges.txt", "File: none.txt", $"IpSets[1].File: the file '{Path.Combine(Files, "none.txt")}' does not exist");

    [Fact]
    public void Ten_thousand_values_are_the_most()
    {
        Assert.Empty(Read(Set(10_000)).Errors);
        Assert.Equal(["mailmanager.yaml:1: IpSets[0].Values: has 10001 entries, must have 1 to 10000"], Read(Set(10_001)).Errors);
        Assert.Equal(["mailmanager.yaml:1: IpSets[0].Values: has 0 entries, must have 1 to 10000"], Read(Set(0)).Errors);

        static string Set(int count) => $"IpSets: [{{ IpSetName: a, Values: [{string.Join(", ", Enumerable.Range(0, count).Select(i => $"10.{i >> 8}.{i & 255}.0/24"))}] }}]";
    }

    [Theory]
    [InlineData("IpSets: [blocked,", "IpSets: [blockd,", "TrafficPolicies[0].PolicyStatements[0].Conditions[0].AnyOf[0].IpExpression.IpSets[0]: no IP set is named 'blockd'; did you mean 'blocked'?")]
    [InlineData("ses-mail-manager.eu-west-1", "ses-mail-manager.eu-west-2", "TrafficPolicies[0].PolicyStatements[0].Conditions[0].AnyOf[0].IpExpression.IpSets[1]: no IP set is named 'ses-mail-manager.eu-west-2'; did you mean 'ses-mail-manager.eu-west-1'?")]
    [InlineData("CIDR_MATCHES, IpSets: [offices],", "CIDR_MATCHES, IpSets: [Offices],", "RuleSets[0].Rules[0].Unless[0].Not.IpExpression.IpSets[0]: no IP set is named 'Offices'; did you mean 'offices'?")]
    [InlineData("IpSets: [offices], Values: [192.0.2.9]", "", "RuleSets[0].Rules[0].Unless[0].Not.IpExpression: Values is missing, or IpSets; there must be one of them, or both")]
    [InlineData("IpSets: [offices], Values: [192.0.2.9]", "IpSets: []", "RuleSets[0].Rules[0].Unless[0].Not.IpExpression.IpSets: has 0 entries, must have 1 to 10")]
    public void Uses_are_checked(string from, string to, string expected) => ChangingOf(LanguageDocument.Yaml, from, to, expected);

    [Fact]
    public void What_is_built_in_can_be_used_and_not_be_defined()
    {
        Assert.All(BuiltInIpSets.All, set => Assert.Empty(Read(Use(set.IpSetName)).Errors));
        Assert.Equal(
            ["mailmanager.yaml:1: IpSets[0].IpSetName: 'ses-mail-manager' is built in and cannot be defined"],
            Read("IpSets: [{ IpSetName: ses-mail-manager, Values: [192.0.2.1] }]").Errors);

        static string Use(string name) =>
            "RuleSets: [{ RuleSetName: r, Rules: [{ Actions: [{ Drop: {} }], Conditions: [{ IpExpression: "
            + $"{{ Evaluate: {{ Attribute: SOURCE_IP }}, Operator: CIDR_MATCHES, IpSets: [{name}] }} }}] }}] }}]";
    }

    [Fact]
    public void Names_are_unique() =>
        Assert.Equal(
            ["mailmanager.yaml:3: IpSets[1].IpSetName: another IP set is named 'a', on line 2"],
            Read("IpSets:\n  - { IpSetName: a, Values: [192.0.2.1] }\n  - { IpSetName: a, Values: [192.0.2.1] }\n").Errors);
}
