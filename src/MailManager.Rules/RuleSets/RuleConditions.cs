using System.Globalization;
using System.Net.Sockets;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;
using MailManager.Rules.Operands;

namespace MailManager.Rules.RuleSets;

/// <summary>From the conditions of rules to trees.</summary>
internal sealed class RuleConditions(ConditionBuilder builder)
{
    /// <summary>The condition, or null and an error in the builder.</summary>
    public Condition? Build(RuleCondition condition, string path) => condition switch
    {
        RuleAllOf all => builder.AllOf(all.Conditions.Select((part, i) => Build(part, $"{path}.AllOf[{i}]"))),
        RuleAnyOf any => builder.AnyOf(any.Conditions.Select((part, i) => Build(part, $"{path}.AnyOf[{i}]"))),
        RuleNot not => ConditionBuilder.Not(Build(not.Condition, $"{path}.Not")),
        RuleStringExpression { Evaluate: RuleStringOperand.AddOn addOn } text => builder.AddOnText(path, addOn.Analysis, text.Operator, text.Values),
        RuleStringExpression { Evaluate: RuleStringOperand.MimeHeader { Name: var name } } when !IsFieldName(name) =>
            Invalid(path, $"'{name}' is no name of a header field"),
        RuleStringExpression text => builder.Text(path, Operand(text.Evaluate), text.Operator, text.Values),
        RuleNumberExpression number => Build(number, path),
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.AddOn addOn } flag => builder.AddOnFlag(path, addOn.Analysis, flag.Operator),
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.IsInAddressList list } flag =>
            builder.InAddressList(path, Operand(list.Operand), list.AddressList, flag.Operator),
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.Attribute attribute } flag => Build(attribute.Name, flag.Operator),
        RuleIpExpression ip => builder.Address(
            path,
            "SOURCE_IP",
            ip.Operator,
            ip.Values,
            ip.IpSets,
            AddressFamily.Unspecified,
            isAllowed: null,
            "an IPv4 or IPv6 address or range such as 192.0.2.0/24 or 2001:db8::/32"),
        RuleVerdictExpression verdict => builder.Verdict(path, verdict.Evaluate, verdict.Operator, verdict.Values),
        RuleDmarcExpression policy => builder.DmarcPolicy(path, policy.Operator, policy.Values),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };

    private Leaf? Build(RuleNumberExpression number, string path)
    {
        if (double.IsNaN(number.Value))
        {
            return Invalid($"{path}.Value", "a number is needed");
        }

        var text = ConditionText.Describe(ConditionText.ApiName(number.Evaluate), number.Operator, [number.Value.ToString(CultureInfo.InvariantCulture)]);
        var comparison = new NumberComparison(number.Operator, number.Value);
        return number.Evaluate switch
        {
            RuleNumberEmailAttribute.AttachmentCount => new AttachmentCountCondition(text, comparison),
            RuleNumberEmailAttribute.AttachmentSize => new AttachmentSizeCondition(text, comparison),
            _ => new SizeCondition(text, comparison),
        };
    }

    private static Leaf Build(RuleBooleanEmailAttribute attribute, BooleanOperator op)
    {
        var text = ConditionText.Describe(ConditionText.ApiName(attribute), op, []);
        var expected = op == BooleanOperator.IsTrue;
        return attribute switch
        {
            RuleBooleanEmailAttribute.Tls => new TlsCondition(text, expected),
            RuleBooleanEmailAttribute.TlsWrapped => new TlsWrappedCondition(text, expected),
            RuleBooleanEmailAttribute.HasAttachments => new HasAttachmentsCondition(text, expected),
            RuleBooleanEmailAttribute.TooComplex => new TooComplexCondition(text, expected),
            _ => new ReadReceiptCondition(text, expected),
        };
    }

    private TextOperand Operand(RuleStringOperand operand) => operand switch
    {
        RuleStringOperand.Attribute attribute => Operand(attribute.Name),
        RuleStringOperand.MimeHeader header => Header(header.Name, HeaderForm.Text, header.Name),
        RuleStringOperand.ClientCertificate certificate => new CertificateOperand(certificate.Name, ConditionText.ApiName(certificate.Name)),
        _ => throw new ArgumentOutOfRangeException(nameof(operand), operand, null),
    };

    private TextOperand Operand(RuleStringEmailAttribute attribute)
    {
        var name = ConditionText.ApiName(attribute);
        return attribute switch
        {
            RuleStringEmailAttribute.MailFrom => new EnvelopeOperand(EnvelopePart.MailFrom, name),
            RuleStringEmailAttribute.MailFromDomain => new EnvelopeOperand(EnvelopePart.MailFromDomain, name),
            RuleStringEmailAttribute.Helo => new EnvelopeOperand(EnvelopePart.Helo, name),
            RuleStringEmailAttribute.Recipient => new EnvelopeOperand(EnvelopePart.Recipient, name),
            RuleStringEmailAttribute.RecipientDomain => new EnvelopeOperand(EnvelopePart.RecipientDomain, name),
            RuleStringEmailAttribute.ReverseDns => new EnvelopeOperand(EnvelopePart.ReverseName, name),
            RuleStringEmailAttribute.Subject => Header("Subject", HeaderForm.Text, name),
            RuleStringEmailAttribute.MessageId => Header("Message-ID", HeaderForm.MessageId, name),
            RuleStringEmailAttribute.FromDomain => Header("From", HeaderForm.Domains, name),
            RuleStringEmailAttribute.AttachmentName => new AttachmentOperand(IsName: true, name),
            RuleStringEmailAttribute.AttachmentType => new AttachmentOperand(IsName: false, name),
            _ => Header(attribute.ToString(), HeaderForm.TextAndAddresses, name),
        };
    }

    private TextOperand Operand(RuleAddressListEmailAttribute attribute)
    {
        var name = ConditionText.ApiName(attribute);
        return attribute switch
        {
            RuleAddressListEmailAttribute.Recipient => new EnvelopeOperand(EnvelopePart.Recipient, name),
            RuleAddressListEmailAttribute.MailFrom => new EnvelopeOperand(EnvelopePart.MailFrom, name),
            _ => Header(attribute.ToString(), HeaderForm.Addresses, name),
        };
    }

    /// <summary>RFC 5322 §3.6.8, <c>ftext</c>: visible ASCII without the colon.</summary>
    private static bool IsFieldName(string name) => name.Length > 0 && name.All(c => c is > ' ' and <= '~' and not ':');

    private Leaf? Invalid(string path, string reason)
    {
        builder.Error(path, reason);
        return null;
    }

    private HeaderFieldOperand Header(string field, HeaderForm form, string name) => new(builder.Operands.Header(field, form), name);
}
