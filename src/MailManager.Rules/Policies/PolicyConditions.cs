using System.Net.Sockets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Expressions;
using MailManager.Rules.Operands;

namespace MailManager.Rules.Policies;

/// <summary>From the conditions of policy statements to trees.</summary>
internal sealed class PolicyConditions(ConditionBuilder builder)
{
    /// <summary>The statement's conditions; those that cannot be built are errors of the builder and missing.</summary>
    public AllOf Build(PolicyStatement statement, string path)
    {
        if (statement.Conditions.IsDefaultOrEmpty)
        {
            builder.Error($"{path}.Conditions", "at least one condition is needed");
            return new AllOf([]);
        }

        return builder.AllOf(statement.Conditions.Select((condition, i) => Build(condition, $"{path}.Conditions[{i}]")));
    }

    private Condition? Build(PolicyCondition condition, string path) => condition switch
    {
        PolicyAllOf all => builder.AllOf(all.Conditions.Select((part, i) => Build(part, $"{path}.AllOf[{i}]"))),
        PolicyAnyOf any => builder.AnyOf(any.Conditions.Select((part, i) => Build(part, $"{path}.AnyOf[{i}]"))),
        PolicyNot not => ConditionBuilder.Not(Build(not.Condition, $"{path}.Not")),
        PolicyStringExpression { Evaluate: PolicyStringOperand.Attribute attribute } text =>
            builder.Text(path, Operand(attribute.Name), text.Operator, text.Values),
        PolicyStringExpression { Evaluate: PolicyStringOperand.AddOn addOn } text => builder.AddOnText(path, addOn.Analysis, text.Operator, text.Values),
        PolicyIpv4Expression ip => builder.Address(
            path,
            "SENDER_IP",
            ip.Operator,
            ip.Values,
            ip.IpSets,
            AddressFamily.InterNetwork,
            static (text, range) => range.IsIpv4 && !text.Contains(':') && text.Contains('/'),
            "an IPv4 range such as 192.0.2.0/24"),
        PolicyIpv6Expression ip => builder.Address(
            path,
            "SENDER_IPV6",
            ip.Operator,
            ip.Values,
            ip.IpSets,
            AddressFamily.InterNetworkV6,
            static (text, range) => !range.IsIpv4 && text.Contains('/'),
            "an IPv6 range such as 2001:db8::/32"),
        PolicyTlsExpression tls => new TlsVersionCondition(
            ConditionText.Describe("TLS_PROTOCOL", tls.Operator, [tls.Value == TlsProtocolVersion.Tls13 ? "TLS1_3" : "TLS1_2"]),
            tls.Operator,
            tls.Value),
        PolicyBooleanExpression { Evaluate: PolicyBooleanOperand.RecipientIsInAddressList list } flag =>
            builder.InAddressList(path, Operand(PolicyStringAttribute.Recipient), list.AddressList, flag.Operator),
        PolicyBooleanExpression { Evaluate: PolicyBooleanOperand.AddOn addOn } flag => builder.AddOnFlag(path, addOn.Analysis, flag.Operator),
        PolicyVerdictExpression verdict => builder.Verdict(path, verdict.Evaluate, verdict.Operator, verdict.Values),
        PolicyDmarcExpression policy => builder.DmarcPolicy(path, policy.Operator, policy.Values),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };

    private static EnvelopeOperand Operand(PolicyStringAttribute attribute) => new(
        attribute switch
        {
            PolicyStringAttribute.Recipient => EnvelopePart.Recipient,
            PolicyStringAttribute.RecipientDomain => EnvelopePart.RecipientDomain,
            PolicyStringAttribute.MailFrom => EnvelopePart.MailFrom,
            PolicyStringAttribute.MailFromDomain => EnvelopePart.MailFromDomain,
            PolicyStringAttribute.Helo => EnvelopePart.Helo,
            _ => EnvelopePart.ReverseName,
        },
        ConditionText.ApiName(attribute));
}
