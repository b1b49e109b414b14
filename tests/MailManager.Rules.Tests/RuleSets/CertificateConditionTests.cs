using MailManager.Messages.Envelope;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

public class CertificateConditionTests
{
    private static readonly ClientCertificate Device = new()
    {
        SerialNumber = "0A1B",
        CommonNames = ["device-1"],
        Rfc822Names = ["a@x.example", "b@x.example"],
        DnsNames = ["one.example", "two.example"],
        DirectoryNames = ["CN=device, O=Example"],
        UniformResourceIdentifiers = ["urn:device:1"],
        IpAddresses = ["192.0.2.1", "2001:db8::1"],
        RegisteredIds = ["1.2.3.4"],
    };

    [Theory]
    [InlineData(RuleClientCertificateAttribute.Cn, "DEVICE-1")]
    [InlineData(RuleClientCertificateAttribute.SerialNumber, "0a1b")]
    [InlineData(RuleClientCertificateAttribute.SanRfc822Name, "b@x.example")]
    [InlineData(RuleClientCertificateAttribute.SanDnsName, "two.example")]
    [InlineData(RuleClientCertificateAttribute.SanDirectoryName, "CN=device, O=Example")]
    [InlineData(RuleClientCertificateAttribute.SanUniformResourceIdentifier, "urn:device:1")]
    [InlineData(RuleClientCertificateAttribute.SanIpAddress, "2001:db8::1")]
    [InlineData(RuleClientCertificateAttribute.SanRegisteredId, "1.2.3.4")]
    public void Any_value_of_the_attribute_may_match_and_none_for_NOT_EQUALS(RuleClientCertificateAttribute attribute, string value)
    {
        Assert.True(Applies(With(Device), Certificate(attribute, StringOperator.Equals, "other", value)));
        Assert.False(Applies(With(Device), Certificate(attribute, StringOperator.NotEquals, "other", value)));
        Assert.False(Applies(With(Device), Certificate(attribute, StringOperator.Equals, "other")));
        Assert.True(Applies(With(Device), Certificate(attribute, StringOperator.NotEquals, "other")));
    }

    [Fact]
    public void Parts_of_values_are_found() =>
        Assert.True(Applies(
            With(Device),
            Certificate(RuleClientCertificateAttribute.SanDnsName, StringOperator.EndsWith, ".example"),
            Certificate(RuleClientCertificateAttribute.SanRfc822Name, StringOperator.StartsWith, "b@"),
            Certificate(RuleClientCertificateAttribute.SanDirectoryName, StringOperator.Contains, "o=ex")));

    [Theory]
    [InlineData(RuleClientCertificateAttribute.Cn)]
    [InlineData(RuleClientCertificateAttribute.SanDnsName)]
    [InlineData(RuleClientCertificateAttribute.SerialNumber)]
    public void Without_a_certificate_only_NOT_EQUALS_holds(RuleClientCertificateAttribute attribute)
    {
        Assert.False(Applies(With(null), Certificate(attribute, StringOperator.Contains, "x")));
        Assert.True(Applies(With(null), Certificate(attribute, StringOperator.NotEquals, "x")));
    }

    [Fact]
    public void The_explanation_shows_all_values()
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(When(Certificate(RuleClientCertificateAttribute.SanDnsName, StringOperator.Equals, "two.example"), Drop)), World).Value!;

        var condition = Assert.Single(Assert.Single(ruleSet.Explain(With(Device), ["a@x"], new RuleEvaluation())).Conditions);

        Assert.Equal(("SAN_DNS_NAME EQUALS two.example", "one.example | two.example", true, "two.example"), (condition.Condition, condition.Value, condition.Holds, condition.Hit));
    }

    private static RuleInput With(ClientCertificate? certificate) => TestInput.Message(session: TestInput.Session(certificate: certificate));
}
