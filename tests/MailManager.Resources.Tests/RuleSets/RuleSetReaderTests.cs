using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.RuleSets;

public class RuleSetReaderTests
{
    [Fact]
    public void All_six_expressions_become_records()
    {
        var ruleSet = Assert.Single(ReadValid(FullDocument.Yaml).RuleSets);
        var rule = ruleSet.Rules[0];

        Assert.Equal("gateway", ruleSet.RuleSetName);
        Assert.Equal(["to-exchange", null], ruleSet.Rules.Select(each => each.Name));
        Assert.Equal(
            new RuleBooleanExpression(new RuleBooleanOperand.Attribute(RuleBooleanEmailAttribute.TlsWrapped), BooleanOperator.IsFalse),
            rule.Conditions[0]);
        Assert.Equal(
            new RuleBooleanExpression(
                new RuleBooleanOperand.IsInAddressList(RuleAddressListEmailAttribute.MailFrom, "partners"), BooleanOperator.IsTrue),
            rule.Conditions[1]);
        var subject = Assert.IsType<RuleStringExpression>(rule.Conditions[2]);
        Assert.Equal(new RuleStringOperand.Attribute(RuleStringEmailAttribute.Subject), subject.Evaluate);
        Assert.Equal(["invoice", "no", "550"], subject.Values);
        Assert.Equal(new RuleStringOperand.MimeHeader("X-Spam"), Assert.IsType<RuleStringExpression>(rule.Conditions[3]).Evaluate);
        Assert.Equal(
            new RuleStringOperand.ClientCertificate(RuleClientCertificateAttribute.SanDnsName),
            Assert.IsType<RuleStringExpression>(rule.Conditions[4]).Evaluate);
        Assert.Equal(new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, NumberOperator.LessThanOrEqual, 1_500_000), rule.Conditions[5]);

        var ip = Assert.IsType<RuleIpExpression>(rule.Unless[0]);
        Assert.Equal(["206.55.128.0/22", "192.0.2.7", "2001:db8::1"], ip.Values);
        var spf = Assert.IsType<RuleVerdictExpression>(rule.Unless[1]);
        Assert.Equal(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Spf), spf.Evaluate);
        Assert.Equal([RuleVerdict.Fail, RuleVerdict.Gray], spf.Values);
        Assert.Equal(
            new RuleVerdictOperand.AddOn(new Analysis("ai-2", "virus")), Assert.IsType<RuleVerdictExpression>(rule.Unless[2]).Evaluate);
        var dmarc = Assert.IsType<RuleDmarcExpression>(rule.Unless[3]);
        Assert.Equal(VerdictOperator.NotEquals, dmarc.Operator);
        Assert.Equal([RuleDmarcPolicy.Reject], dmarc.Values);
    }

    [Theory]
    [InlineData("- Name: to-exchange", "- Name: 'a b'", "RuleSets[0].Rules[0].Name: 'a b' does not match [a-zA-Z0-9_.-]+")]
    [InlineData("- Name: to-exchange", "- Name: a-name-of-thirty-three-characters", "RuleSets[0].Rules[0].Name: 'a-name-of-thirty-three-characters' has 33 characters, must have 1 to 32")]
    public void Rule_name_is_checked(string from, string to, string expected) => Changing(from, to, expected);

    [Theory]
    [InlineData("RuleSetName: a b", "RuleSets[0].RuleSetName: 'a b' does not match [a-zA-Z0-9_.-]+")]
    [InlineData("RuleSetName: ''", "RuleSets[0].RuleSetName: '' has 0 characters, must have 1 to 100")]
    public void Name_is_checked(string name, string expected) =>
        Assert.Equal([$"mailmanager.yaml:1: {expected}"], Read($"RuleSets: [{{ {name}, Rules: [] }}]").Errors);

    [Theory]
    [InlineData("Attribute: TLS_WRAPPED", "Attribute: STARTTLS", "[0].BooleanExpression.Evaluate.Attribute: 'STARTTLS' is not one of READ_RECEIPT_REQUESTED, TLS, TLS_WRAPPED, HAS_ATTACHMENTS, TOO_COMPLEX")]
    [InlineData("Attribute: MAIL_FROM, AddressLists", "Attribute: SUBJECT, AddressLists", "[1].BooleanExpression.Evaluate.IsInAddressList.Attribute: 'SUBJECT' is not one of RECIPIENT, MAIL_FROM, SENDER, FROM, TO, CC")]
    [InlineData("Attribute: SUBJECT", "Attribute: REPLY_TO", "[2].StringExpression.Evaluate.Attribute: 'REPLY_TO' is not one of MAIL_FROM, HELO, RECIPIENT, SENDER, FROM, SUBJECT, TO, CC, MAIL_FROM_DOMAIN, RECIPIENT_DOMAIN, FROM_DOMAIN, MESSAGE_ID, REVERSE_DNS, ATTACHMENT_NAME, ATTACHMENT_TYPE")]
    [InlineData("Attribute: SUBJECT }", "Attribute: SUBJECT, MimeHeaderAttribute: X-A }", "[2].StringExpression.Evaluate: must have exactly one of Attribute, MimeHeaderAttribute, Analysis, ClientCertificateAttribute; got Attribute and MimeHeaderAttribute")]
    [InlineData("[invoice, no, \"550\"]", "['']", "[2].StringExpression.Values[0]: '' has 0 characters, must have 1 to 4096")]
    [InlineData("[invoice, no, \"550\"]", "[1,2,3,4,5,6,7,8,9,10,11]", "[2].StringExpression.Values: has 11 entries, must have 1 to 10")]
    [InlineData("MimeHeaderAttribute: X-Spam", "MimeHeaderAttribute: 'List Id'", "[3].StringExpression.Evaluate.MimeHeaderAttribute: 'List Id' does not match [!-9;-~]+ (a field name of RFC 5322)")]
    [InlineData("SAN_DNS_NAME", "SAN_DNS", "[4].StringExpression.Evaluate.ClientCertificateAttribute: 'SAN_DNS' is not one of CN, SAN_RFC822_NAME, SAN_DNS_NAME, SAN_DIRECTORY_NAME, SAN_UNIFORM_RESOURCE_IDENTIFIER, SAN_IP_ADDRESS, SAN_REGISTERED_ID, SERIAL_NUMBER")]
    [InlineData("MESSAGE_SIZE", "SIZE", "[5].NumberExpression.Evaluate.Attribute: 'SIZE' is not one of MESSAGE_SIZE, ATTACHMENT_COUNT, ATTACHMENT_SIZE")]
    [InlineData("LESS_THAN_OR_EQUAL", "AT_MOST", "[5].NumberExpression.Operator: 'AT_MOST' is not one of EQUALS, NOT_EQUALS, LESS_THAN, GREATER_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN_OR_EQUAL")]
    [InlineData("1.5e6", "1.5 MB", "[5].NumberExpression.Value: '1.5 MB' is not a number")]
    [InlineData("1.5e6", ".nan", "[5].NumberExpression.Value: '.nan' is not a number")]
    [InlineData("1.5e6", "1e999", "[5].NumberExpression.Value: '1e999' is not a number")]
    [InlineData("1.5e6", "[1]", "[5].NumberExpression.Value: must be a number, not a list")]
    public void Conditions_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"RuleSets[0].Rules[0].Conditions{expected}");

    [Theory]
    [InlineData("SOURCE_IP", "SENDER_IP", "[0].IpExpression.Evaluate.Attribute: 'SENDER_IP' is not SOURCE_IP")]
    [InlineData("192.0.2.7,", "192.0.2.256,", "[0].IpExpression.Values[1]: '192.0.2.256' is not an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32")]
    [InlineData("192.0.2.7,", "example.com,", "[0].IpExpression.Values[1]: 'example.com' is not an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32")]
    [InlineData("206.55.128.0/22", "206.55.128.1/22", "[0].IpExpression.Values[0]: '206.55.128.1/22' has bits set beyond its prefix; write 206.55.128.0/22 or 206.55.128.1/32")]
    [InlineData("\"2001:db8::1\"", "'2001:0db8:0000:0000:0000:0000:0000:00001/1280'", "[0].IpExpression.Values[2]: '2001:0db8:0000:0000:0000:0000:0000:00001/1280' has 45 characters, must have 1 to 43")]
    [InlineData("Attribute: SPF", "Attribute: IPREV", "[1].VerdictExpression.Evaluate.Attribute: 'IPREV' is not one of SPF, DKIM, DMARC, ARC")]
    [InlineData("[FAIL, GRAY]", "[FAIL, SOFTFAIL]", "[1].VerdictExpression.Values[1]: 'SOFTFAIL' is not one of PASS, FAIL, GRAY, PROCESSING_FAILED")]
    [InlineData("[FAIL, GRAY]", "[]", "[1].VerdictExpression.Values: has 0 entries, must have 1 to 10")]
    [InlineData("Operator: NOT_EQUALS, Values: [PASS]", "Operator: CONTAINS, Values: [PASS]", "[2].VerdictExpression.Operator: 'CONTAINS' is not one of EQUALS, NOT_EQUALS")]
    [InlineData("[REJECT]", "[PASS]", "[3].DmarcExpression.Values[0]: 'PASS' is not one of NONE, QUARANTINE, REJECT")]
    [InlineData("DmarcExpression: { Operator", "DmarcExpression: { Evaluate: {}, Operator", "[3].DmarcExpression: 'Evaluate' is not a known key; known are Operator, Values")]
    public void Exceptions_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"RuleSets[0].Rules[0].Unless{expected}");

    [Fact]
    public void Forty_rules_with_ten_conditions_and_actions_are_the_most()
    {
        Assert.Empty(Read(RuleSet(40, "[]", "[{ Drop: {} }]")).Errors);
        Assert.Equal(["mailmanager.yaml:3: RuleSets[0].Rules: has 41 entries, must have at most 40"], Read(RuleSet(41, "[]", "[{ Drop: {} }]")).Errors);
        Assert.Equal(
            ["mailmanager.yaml:3: RuleSets[0].Rules[0].Conditions: has 11 entries, must have at most 10"],
            Read(RuleSet(1, Repeat(11, "{ DmarcExpression: { Operator: EQUALS, Values: [NONE] } }"), "[{ Drop: {} }]")).Errors);
        Assert.Equal(
            ["mailmanager.yaml:3: RuleSets[0].Rules[0].Actions: has 11 entries, must have 1 to 10"],
            Read(RuleSet(1, "[]", Repeat(11, "{ Drop: {} }"))).Errors);
        Assert.Equal(
            ["mailmanager.yaml:3: RuleSets[0].Rules[0].Actions: has 0 entries, must have 1 to 10"], Read(RuleSet(1, "[]", "[]")).Errors);
    }

    [Fact]
    public void Ten_relay_and_send_actions_in_a_rule_set_are_the_most()
    {
        const string Send = "{ Send: { RoleArn: 'arn:aws:iam::123456789012:role/r' } }";

        Assert.Empty(Read(RuleSet(2, "[]", Repeat(5, Send))).Errors);
        Assert.Equal(
            [
                "mailmanager.yaml:3: RuleSets[0].Rules[1].Actions[4]: is Relay or Send action number 11 of its rule set, which may have at most 10",
                "mailmanager.yaml:3: RuleSets[0].Rules[1].Actions[5]: is Relay or Send action number 12 of its rule set, which may have at most 10",
            ],
            Read(RuleSet(2, "[]", Repeat(6, Send))).Errors);
    }

    [Fact]
    public void Rules_are_required_but_may_be_none()
    {
        Assert.Empty(Read("RuleSets: [{ RuleSetName: r, Rules: [] }]").Errors);
        Assert.Equal(["mailmanager.yaml:1: RuleSets[0]: Rules is missing"], Read("RuleSets: [{ RuleSetName: r }]").Errors);
    }

    private static string Repeat(int count, string item) => $"[{string.Join(", ", Enumerable.Repeat(item, count))}]";

    private static string RuleSet(int rules, string conditions, string actions) =>
        $"RuleSets:\n  - RuleSetName: r\n    Rules: {Repeat(rules, $"{{ Conditions: {conditions}, Actions: {actions} }}")}\n";
}
