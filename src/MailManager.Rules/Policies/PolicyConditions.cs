using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.Policies;

/// <summary>From the conditions of policy statements to trees.</summary>
internal static class PolicyConditions
{
    /// <summary>The statement's conditions; those that cannot be built are errors of the builder and missing.</summary>
    public static AllOf Build(ConditionBuilder builder, PolicyStatement statement, string path)
    {
        if (statement.Conditions.IsDefaultOrEmpty)
        {
            builder.Error($"{path}.Conditions", "at least one condition is needed");
            return new AllOf([]);
        }

        return new AllOf(statement.Conditions
            .Select((condition, i) => Build(builder, condition, $"{path}.Conditions[{i}]"))
            .OfType<Condition>()
            .ToArray());
    }

    private static Leaf? Build(ConditionBuilder builder, PolicyCondition condition, string path) => condition switch
    {
        PolicyStringExpression { Evaluate: PolicyStringOperand.Recipient } text =>
            builder.Envelope(path, EnvelopeOperand.Recipient, "RECIPIENT", text.Operator, text.Values),
        PolicyIpv4Expression ip => builder.Address(
            path,
            "SENDER_IP",
            ip.Operator,
            ip.Values,
            static (text, range) => range.IsIpv4 && !text.Contains(':') && text.Contains('/'),
            "an IPv4 range such as 192.0.2.0/24"),
        PolicyIpv6Expression ip => builder.Address(
            path,
            "SENDER_IPV6",
            ip.Operator,
            ip.Values,
            static (text, range) => !range.IsIpv4 && text.Contains('/'),
            "an IPv6 range such as 2001:db8::/32"),
        PolicyTlsExpression tls => new TlsVersionCondition(
            ConditionBuilder.Describe("TLS_PROTOCOL", tls.Operator, [tls.Value == TlsProtocolVersion.Tls13 ? "TLS1_3" : "TLS1_2"]),
            tls.Operator,
            tls.Value),
        PolicyBooleanExpression { Evaluate: PolicyBooleanOperand.RecipientIsInAddressList } => builder.Unsupported(path, "address lists are"),
        PolicyStringExpression or PolicyBooleanExpression => builder.Unsupported(path, "add-ons (Analysis) are"),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };
}
