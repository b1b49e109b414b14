using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.TrafficPolicies;

public class TrafficPolicyReaderTests
{
    private const string Statements = "TrafficPolicies[0].PolicyStatements";
    private const string First = Statements + "[0].Conditions";

    [Fact]
    public void All_five_expressions_become_records()
    {
        var policy = Assert.Single(ReadValid(FullDocument.Yaml).TrafficPolicies);

        Assert.Equal("public-mx", policy.TrafficPolicyName);
        Assert.Equal(AcceptAction.Deny, policy.DefaultAction);
        Assert.Equal(41943040, policy.MaxMessageSizeBytes);
        Assert.Equal([new("team", "mail")], policy.Tags);
        Assert.Equal([AcceptAction.Allow, AcceptAction.Deny], policy.PolicyStatements.Select(statement => statement.Action));

        var allow = policy.PolicyStatements[0].Conditions;
        var recipient = Assert.IsType<PolicyStringExpression>(allow[0]);
        Assert.Equal(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), recipient.Evaluate);
        Assert.Equal(StringOperator.EndsWith, recipient.Operator);
        Assert.Equal(["@example.com"], recipient.Values);
        Assert.Equal(
            new PolicyStringOperand.AddOn(new Analysis("arn:aws:ses:x", "addon.score")),
            Assert.IsType<PolicyStringExpression>(allow[1]).Evaluate);
        var ipv4 = Assert.IsType<PolicyIpv4Expression>(allow[2]);
        Assert.Equal(IpOperator.NotCidrMatches, ipv4.Operator);
        Assert.Equal(["192.0.2.0/24", "0.0.0.0/0"], ipv4.Values);
        Assert.Equal(["2001:db8::/32"], Assert.IsType<PolicyIpv6Expression>(allow[3]).Values);

        var deny = policy.PolicyStatements[1].Conditions;
        Assert.Equal(new PolicyTlsExpression(TlsProtocolOperator.MinimumTlsVersion, TlsProtocolVersion.Tls13), deny[0]);
        Assert.Equal(
            new PolicyBooleanExpression(new PolicyBooleanOperand.AddOn(new Analysis("ai-1", "listed")), BooleanOperator.IsTrue), deny[1]);
        Assert.Equal(
            new PolicyBooleanExpression(new PolicyBooleanOperand.RecipientIsInAddressList("staff"), BooleanOperator.IsFalse), deny[2]);
    }

    [Theory]
    [InlineData("DefaultAction: DENY", "DefaultAction: Deny", "TrafficPolicies[0].DefaultAction: 'Deny' is not one of ALLOW, DENY")]
    [InlineData(
        "MaxMessageSizeBytes: 41943040",
        "MaxMessageSizeBytes: 0",
        "TrafficPolicies[0].MaxMessageSizeBytes: '0' is not a whole number from 1 to 2147483647")]
    [InlineData(
        "MaxMessageSizeBytes: 41943040",
        "MaxMessageSizeBytes: 40MB",
        "TrafficPolicies[0].MaxMessageSizeBytes: '40MB' is not a whole number from 1 to 2147483647")]
    [InlineData(
        "MaxMessageSizeBytes: 41943040",
        "MaxMessageSizeBytes: '41943040'",
        "TrafficPolicies[0].MaxMessageSizeBytes: must be a whole number, not text")]
    [InlineData(
        "MaxMessageSizeBytes: 41943040",
        "MaxMessageSizeBytes:",
        "TrafficPolicies[0].MaxMessageSizeBytes: must be a whole number, not nothing (leave the key out, or give it a value)")]
    [InlineData(
        "MaxMessageSizeBytes: 41943040",
        "MaxMessageSize: 41943040",
        "TrafficPolicies[0]: 'MaxMessageSize' is not a known key; did you mean MaxMessageSizeBytes?")]
    public void Members_of_the_policy_are_checked(string from, string to, string expected) => Changing(from, to, expected);

    [Theory]
    [InlineData("{ Value: mail }", "TrafficPolicies[0].Tags[0]: Key is missing")]
    [InlineData("{ Key: 'a b', Value: mail }", "TrafficPolicies[0].Tags[0].Key: 'a b' does not match [a-zA-Z0-9/_+=.:@-]+")]
    [InlineData("{ Key: a, Value: b }, { Key: a, Value: '' }", "TrafficPolicies[0].Tags[1]: the tag 'a' is given twice")]
    public void Tags_are_checked(string tags, string expected) =>
        Changing("Tags: [{ Key: team, Value: mail }]", $"Tags: [{tags}]", expected);

    [Theory]
    [InlineData("Operator: ENDS_WITH", "Operator: ENDSWITH", "[0].StringExpression.Operator: 'ENDSWITH' is not one of EQUALS, NOT_EQUALS, STARTS_WITH, ENDS_WITH, CONTAINS, MATCHES, NOT_MATCHES")]
    [InlineData("Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH", "Evaluate: { Attribute: SENDER }, Operator: ENDS_WITH", "[0].StringExpression.Evaluate.Attribute: 'SENDER' is not one of RECIPIENT, RECIPIENT_DOMAIN, MAIL_FROM, MAIL_FROM_DOMAIN, HELO, REVERSE_DNS")]
    [InlineData("ENDS_WITH, Values: [\"@example.com\"]", "ENDS_WITH, Values: []", "[0].StringExpression.Values: has 0 entries, must have at least 1")]
    [InlineData("ENDS_WITH, Values: [\"@example.com\"]", "ENDS_WITH, Values: ['']", "[0].StringExpression.Values[0]: '' has 0 characters, must have at least 1")]
    [InlineData("ENDS_WITH, Values: [\"@example.com\"]", "ENDS_WITH, Values: '@example.com'", "[0].StringExpression.Values: must be a list, not text")]
    [InlineData("ENDS_WITH, Values: [\"@example.com\"]", "ENDS_WITH", "[0].StringExpression: Values is missing")]
    [InlineData("ResultField: addon.score", "ResultField: addon-score", "[1].StringExpression.Evaluate.Analysis.ResultField: 'addon-score' does not match (addon\\.)?[ \\t\\r\\n\\f\\va-zA-Z0-9_]+")]
    [InlineData("Analyzer: \"arn:aws:ses:x\"", "Analyzer: \"a b\"", "[1].StringExpression.Evaluate.Analysis.Analyzer: 'a b' does not match [a-zA-Z0-9:_/+=,@.#-]+")]
    [InlineData("SENDER_IP }", "SOURCE_IP }", "[2].IpExpression.Evaluate.Attribute: 'SOURCE_IP' is not SENDER_IP")]
    [InlineData("Evaluate: { Attribute: SENDER_IP }", "Evaluate: {}", "[2].IpExpression.Evaluate: must have the key Attribute; got none")]
    [InlineData("192.0.2.0/24", "192.0.2.1", "[2].IpExpression.Values[0]: '192.0.2.1' is not an IPv4 range such as 192.0.2.0/24")]
    [InlineData("192.0.2.0/24", "192.0.2.0/33", "[2].IpExpression.Values[0]: '192.0.2.0/33' must end in a prefix length from 0 to 32")]
    [InlineData("192.0.2.0/24", "192.0.2.0/024", "[2].IpExpression.Values[0]: '192.0.2.0/024' must end in a prefix length from 0 to 32")]
    [InlineData("192.0.2.0/24", "10.1.2.3/8", "[2].IpExpression.Values[0]: '10.1.2.3/8' has bits set beyond its prefix; write 10.0.0.0/8 or 10.1.2.3/32")]
    [InlineData("192.0.2.0/24", "192.0.02.0/24", "[2].IpExpression.Values[0]: '192.0.02.0/24' is not an IPv4 range such as 192.0.2.0/24")]
    [InlineData("192.0.2.0/24", "'2001:db8::/32'", "[2].IpExpression.Values[0]: '2001:db8::/32' is not an IPv4 range such as 192.0.2.0/24")]
    [InlineData("\"2001:db8::/32\"", "2001:db8::/129", "[3].Ipv6Expression.Values[0]: '2001:db8::/129' must end in a prefix length from 0 to 128")]
    [InlineData("\"2001:db8::/32\"", "2001:db8::1/32", "[3].Ipv6Expression.Values[0]: '2001:db8::1/32' has bits set beyond its prefix; write 2001:db8::/32 or 2001:db8::1/128")]
    [InlineData("\"2001:db8::/32\"", "'::ffff:192.0.2.0/128'", "[3].Ipv6Expression.Values[0]: '::ffff:192.0.2.0/128' is not an IPv6 range such as 2001:db8::/32")]
    [InlineData("\"2001:db8::/32\"", "'fe80::%1/64'", "[3].Ipv6Expression.Values[0]: 'fe80::%1/64' is not an IPv6 range such as 2001:db8::/32")]
    public void First_statement_is_checked(string from, string to, string expected) => Changing(from, to, First + expected);

    [Theory]
    [InlineData("Value: TLS1_3", "Value: TLS1_1", "[0].TlsExpression.Value: 'TLS1_1' is not one of TLS1_2, TLS1_3")]
    [InlineData("Operator: MINIMUM_TLS_VERSION", "Operator: EQUALS", "[0].TlsExpression.Operator: 'EQUALS' is not one of MINIMUM_TLS_VERSION, IS")]
    [InlineData("Value: TLS1_3", "Values: [TLS1_3]", "[0].TlsExpression: Value is missing", "[0].TlsExpression: 'Values' is not a known key; did you mean Value?")]
    [InlineData("listed } }, Operator: IS_TRUE", "listed } }, Operator: TRUE", "[1].BooleanExpression.Operator: 'TRUE' is not one of IS_TRUE, IS_FALSE")]
    [InlineData("[staff]", "[staff, partners]", "[2].BooleanExpression.Evaluate.IsInAddressList.AddressLists: has 2 entries, must have exactly 1")]
    [InlineData("Attribute: RECIPIENT, AddressLists: [staff]", "Attribute: MAIL_FROM, AddressLists: [staff]", "[2].BooleanExpression.Evaluate.IsInAddressList.Attribute: 'MAIL_FROM' is not RECIPIENT")]
    public void Second_statement_is_checked(string from, string to, params string[] expected) =>
        Changing(from, to, [.. expected.Select(error => $"{Statements}[1].Conditions{error}")]);

    [Theory]
    [InlineData("ab", "'ab' has 2 characters, must have 3 to 63")]
    [InlineData("public mx", "'public mx' does not match [A-Za-z0-9_-]+")]
    public void Name_is_checked(string name, string expected)
    {
        var (_, errors) = Read($"TrafficPolicies: [{{ TrafficPolicyName: {name}, DefaultAction: DENY, PolicyStatements: [] }}]");

        Assert.Equal([$"mailmanager.yaml:1: TrafficPolicies[0].TrafficPolicyName: {expected}"], errors);
    }

    [Fact]
    public void Name_of_64_characters_is_too_long()
    {
        var (_, errors) = Read($"TrafficPolicies: [{{ TrafficPolicyName: {new string('a', 64)}, DefaultAction: DENY, PolicyStatements: [] }}]");

        Assert.Equal(
            [$"mailmanager.yaml:1: TrafficPolicies[0].TrafficPolicyName: '{new string('a', 64)}' has 64 characters, must have 3 to 63"], errors);
    }

    [Fact]
    public void Everything_required_is_named()
    {
        var (_, errors) = Read("TrafficPolicies:\n  - {}\n");

        Assert.Equal(
            [
                "mailmanager.yaml:2: TrafficPolicies[0]: TrafficPolicyName is missing",
                "mailmanager.yaml:2: TrafficPolicies[0]: PolicyStatements is missing",
                "mailmanager.yaml:2: TrafficPolicies[0]: DefaultAction is missing",
            ],
            errors);
    }

    [Fact]
    public void Twenty_statements_of_ten_conditions_are_the_most()
    {
        const string Condition = "{ BooleanExpression: { Evaluate: { IsInAddressList: { Attribute: RECIPIENT, AddressLists: [a] } }, Operator: IS_TRUE } }";

        Assert.Empty(Read(Policy(20, 10)).Errors);
        Assert.Equal(
            ["mailmanager.yaml:4: TrafficPolicies[0].PolicyStatements: has 21 entries, must have at most 20"], Read(Policy(21, 1)).Errors);
        Assert.Equal(
            ["mailmanager.yaml:4: TrafficPolicies[0].PolicyStatements[0].Conditions: has 11 entries, must have 1 to 10"],
            Read(Policy(1, 11)).Errors);
        Assert.Equal(
            ["mailmanager.yaml:4: TrafficPolicies[0].PolicyStatements[0].Conditions: has 0 entries, must have 1 to 10"],
            Read(Policy(1, 0)).Errors);

        static string Policy(int statements, int conditions)
        {
            var list = string.Join(", ", Enumerable.Repeat(Condition, conditions));
            var all = string.Join(", ", Enumerable.Repeat($"{{ Action: ALLOW, Conditions: [{list}] }}", statements));
            return $"TrafficPolicies:\n  - TrafficPolicyName: abc\n    DefaultAction: DENY\n    PolicyStatements: [{all}]\nAddressLists: [{{ AddressListName: a }}]\n";
        }
    }

    [Fact]
    public void A_condition_is_exactly_one_expression()
    {
        const string Tls = "TlsExpression: { Evaluate: { Attribute: TLS_PROTOCOL }, Operator: IS, Value: TLS1_2 }";
        const string Path = "TrafficPolicies[0].PolicyStatements[0].Conditions[0]";
        const string Choice = "StringExpression, IpExpression, Ipv6Expression, TlsExpression, BooleanExpression, VerdictExpression, DmarcExpression, AllOf, AnyOf, Not";

        Assert.Equal([$"mailmanager.yaml:1: {Path}: must have exactly one of {Choice}; got none"], Read(Policy("{}")).Errors);
        Assert.Equal(
            [$"mailmanager.yaml:1: {Path}: must have exactly one of {Choice}; got TlsExpression and StringExpression"],
            Read(Policy($"{{ {Tls}, StringExpression: {{}} }}")).Errors);
        Assert.Equal(
            [$"mailmanager.yaml:1: {Path}: 'TLSExpresion' is not a known key; did you mean TlsExpression?"],
            Read(Policy("{ TLSExpresion: {} }")).Errors);
        Assert.Equal(
            [$"mailmanager.yaml:1: {Path}: 'Geo' is not a known key; known are {Choice}"], Read(Policy("{ Geo: {} }")).Errors);

        static string Policy(string condition) =>
            "TrafficPolicies: [{ TrafficPolicyName: abc, DefaultAction: DENY, "
            + $"PolicyStatements: [{{ Action: ALLOW, Conditions: [{condition}] }}] }}]";
    }
}
