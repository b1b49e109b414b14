using System.Globalization;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>From the conditions of rules to leaves of trees.</summary>
internal static class RuleConditions
{
    /// <summary>The condition, or null and an error in the builder.</summary>
    public static Leaf? Build(ConditionBuilder builder, RuleCondition condition, string path) => condition switch
    {
        RuleStringExpression text => Build(builder, text, path),
        RuleNumberExpression { Value: double.NaN } => Invalid(builder, $"{path}.Value", "a number is needed"),
        RuleNumberExpression number => new SizeCondition(
            ConditionBuilder.Describe("MESSAGE_SIZE", number.Operator, [number.Value.ToString(CultureInfo.InvariantCulture)]),
            number.Operator,
            number.Value),
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.Attribute attribute } flag =>
            Build(attribute.Name, flag.Operator),
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.IsInAddressList } => builder.Unsupported(path, "address lists are"),
        RuleIpExpression ip => builder.Address(
            path, "SOURCE_IP", ip.Operator, ip.Values, null, "an IPv4 or IPv6 address or range such as 192.0.2.0/24 or 2001:db8::/32"),
        RuleVerdictExpression { Evaluate: RuleVerdictOperand.Attribute verdict } =>
            builder.Unsupported(path, $"{ConditionBuilder.ApiName(verdict.Name.ToString())} verdicts are"),
        RuleDmarcExpression => builder.Unsupported(path, "DMARC policies are"),
        RuleBooleanExpression or RuleVerdictExpression => builder.Unsupported(path, "add-ons (Analysis) are"),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };

    private static Leaf? Build(ConditionBuilder builder, RuleStringExpression text, string path)
    {
        switch (text.Evaluate)
        {
            case RuleStringOperand.Attribute { Name: RuleStringEmailAttribute.MailFrom }:
                return builder.Envelope(path, EnvelopeOperand.MailFrom, "MAIL_FROM", text.Operator, text.Values);
            case RuleStringOperand.Attribute { Name: RuleStringEmailAttribute.Helo }:
                return builder.Envelope(path, EnvelopeOperand.Helo, "HELO", text.Operator, text.Values);
            case RuleStringOperand.Attribute { Name: RuleStringEmailAttribute.Recipient }:
                return builder.Envelope(path, EnvelopeOperand.Recipient, "RECIPIENT", text.Operator, text.Values);
            case RuleStringOperand.Attribute attribute:
                var field = attribute.Name.ToString();
                var holdsAddresses = attribute.Name != RuleStringEmailAttribute.Subject;
                return builder.Header(path, field, holdsAddresses, ConditionBuilder.ApiName(field), text.Operator, text.Values);
            case RuleStringOperand.MimeHeader header when HeaderNames.IsExtension(header.Name):
                return builder.Header(path, header.Name, false, header.Name, text.Operator, text.Values);
            case RuleStringOperand.MimeHeader header:
                return Invalid(builder, path, $"'{header.Name}' is not a header name of the form X-...");
            case RuleStringOperand.ClientCertificate certificate:
                return builder.Certificate(path, certificate.Name, text.Operator, text.Values);
            default:
                return builder.Unsupported(path, "add-ons (Analysis) are");
        }
    }

    private static Leaf Build(RuleBooleanEmailAttribute attribute, BooleanOperator op)
    {
        var text = ConditionBuilder.Describe(ConditionBuilder.ApiName(attribute.ToString()), op, []);
        var expected = op == BooleanOperator.IsTrue;
        return attribute switch
        {
            RuleBooleanEmailAttribute.Tls => new TlsCondition(text, expected),
            RuleBooleanEmailAttribute.TlsWrapped => new TlsWrappedCondition(text, expected),
            _ => new ReadReceiptCondition(text, expected),
        };
    }

    private static Leaf? Invalid(ConditionBuilder builder, string path, string reason)
    {
        builder.Error(path, reason);
        return null;
    }
}
