using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Operands;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>From positive conditions of rules to atoms.</summary>
internal static class RuleAtoms
{
    /// <summary>More members of a list or ranges of a set are not looked at; what they decide counts as unknown.</summary>
    private const int MaxNamedValues = 200;

    public static Atom Of(RuleStringExpression text) => text.Evaluate switch
    {
        RuleStringOperand.Attribute attribute => Of(attribute.Name, text),
        RuleStringOperand.MimeHeader header => Text(new CaseOperand(OperandKind.Header, header.Name.ToLowerInvariant()), text),
        RuleStringOperand.ClientCertificate certificate =>
            Text(new CaseOperand(OperandKind.Certificate, certificate.Name.ToString()), text),
        _ => Opaque(text, text.Evaluate.ToString()),
    };

    public static Atom Of(RuleNumberExpression number) =>
        number.Evaluate == RuleNumberEmailAttribute.MessageSize
            ? new Atom(new CaseOperand(OperandKind.Size), number) { Number = number.Value }
            : Opaque(number, number.Evaluate.ToString());

    public static Atom Of(RuleBooleanExpression flag, NamedContent content) => flag.Evaluate switch
    {
        RuleBooleanOperand.Attribute { Name: RuleBooleanEmailAttribute.Tls or RuleBooleanEmailAttribute.TlsWrapped } =>
            new Atom(new CaseOperand(OperandKind.Tls), flag),
        RuleBooleanOperand.Attribute { Name: RuleBooleanEmailAttribute.ReadReceiptRequested } => new Atom(new CaseOperand(OperandKind.ReadReceipt), flag),
        RuleBooleanOperand.IsInAddressList list => AddressList(flag, list, content),
        _ => Opaque(flag, flag.Evaluate.ToString()),
    };

    /// <summary>A condition on the client's address.</summary>
    /// <param name="condition">As rules write it; null: rules have none such.</param>
    /// <param name="values">Ranges.</param>
    /// <param name="sets">Names of IP sets.</param>
    /// <param name="content">What these are.</param>
    public static Atom Address(RuleCondition? condition, ImmutableArray<string> values, ImmutableArray<string> sets, NamedContent content)
    {
        var named = sets.Select(content.IpSet).ToArray();
        var isExact = named.All(set => set is { File: null } && set.Values.Length <= MaxNamedValues);
        return new Atom(new CaseOperand(OperandKind.Client), condition)
        {
            Ranges =
            [
                .. values.Concat(named.SelectMany(set => set?.Values.Take(MaxNamedValues) ?? []))
                    .Select(value => AddressRange.Parse(value, AddressFamily.Unspecified, prefixRequired: false, out _))
                    .OfType<AddressRange>(),
            ],
            IsExact = isExact,
            IsVariable = named.Any(set => set is not { File: null }),
        };
    }

    public static Atom Opaque(RuleCondition condition, string name) => new(new CaseOperand(OperandKind.Opaque, name), condition) { IsExact = false };

    private static Atom AddressList(RuleBooleanExpression flag, RuleBooleanOperand.IsInAddressList operand, NamedContent content)
    {
        var list = content.AddressList(operand.AddressList);
        var members = list?.Addresses ?? [];
        return new Atom(Operand(operand.Operand), flag)
        {
            Hints = [.. members.Take(MaxNamedValues).Select(Hint)],
            IsExact = list is { Files.IsEmpty: true } && members.Length <= MaxNamedValues && members.All(member => Hint(member).Kind == HintKind.Whole),
            IsVariable = list is not { Files.IsEmpty: true },
        };
    }

    private static Atom Text(CaseOperand operand, RuleStringExpression text) => new(operand, text)
    {
        Hints = text.Operator == StringOperator.Matches
            ? [.. text.Values.SelectMany(RegexHints.Of)]
            : [.. text.Values.Select(value => new TextHint(Kind(text.Operator), value))],
        IsExact = text.Operator != StringOperator.Matches,
    };

    /// <summary>A condition on what follows the last <c>@</c>, in words of the whole address.</summary>
    private static Atom Domain(CaseOperand operand, RuleStringExpression text)
    {
        // A value with '@' is in no domain.
        var domains = text.Values.Where(value => !value.Contains('@', StringComparison.Ordinal));
        return new Atom(operand, text)
        {
            Hints = text.Operator switch
            {
                StringOperator.Matches => [],
                StringOperator.Equals => [.. domains.Select(value => new TextHint(HintKind.Suffix, "@" + value))],
                StringOperator.StartsWith => [.. domains.Select(value => new TextHint(HintKind.Infix, "@" + value))],
                _ => [.. domains.Select(value => new TextHint(Kind(text.Operator), value))],
            },

            // What else stands in an address for which such a comparison holds is more than its two ends can say.
            IsExact = text.Operator is StringOperator.Equals or StringOperator.EndsWith,
        };
    }

    private static Atom Of(RuleStringEmailAttribute attribute, RuleStringExpression text) => attribute switch
    {
        RuleStringEmailAttribute.MailFrom => Text(new CaseOperand(OperandKind.ReversePath), text),
        RuleStringEmailAttribute.MailFromDomain => Domain(new CaseOperand(OperandKind.ReversePath), text),
        RuleStringEmailAttribute.Recipient => Text(new CaseOperand(OperandKind.Recipient), text),
        RuleStringEmailAttribute.RecipientDomain => Domain(new CaseOperand(OperandKind.Recipient), text),
        RuleStringEmailAttribute.Helo => Text(new CaseOperand(OperandKind.Helo), text),
        RuleStringEmailAttribute.ReverseDns => Text(new CaseOperand(OperandKind.ReverseName), text),
        RuleStringEmailAttribute.Subject => Text(new CaseOperand(OperandKind.Header, "subject"), text),
        RuleStringEmailAttribute.MessageId => Text(new CaseOperand(OperandKind.Header, "message-id", HeaderForm.MessageId), text),
        RuleStringEmailAttribute.FromDomain => Text(new CaseOperand(OperandKind.Header, "from", HeaderForm.Domains), text),
        RuleStringEmailAttribute.AttachmentName or RuleStringEmailAttribute.AttachmentType => Opaque(text, attribute.ToString()),
        _ => Text(
            new CaseOperand(OperandKind.Header, attribute.ToString().ToLowerInvariant(), HeaderForm.TextAndAddresses), text),
    };

    private static CaseOperand Operand(RuleAddressListEmailAttribute attribute) => attribute switch
    {
        RuleAddressListEmailAttribute.Recipient => new CaseOperand(OperandKind.Recipient),
        RuleAddressListEmailAttribute.MailFrom => new CaseOperand(OperandKind.ReversePath),
        _ => new CaseOperand(OperandKind.Header, attribute.ToString().ToLowerInvariant(), HeaderForm.Addresses),
    };

    private static HintKind Kind(StringOperator op) => op switch
    {
        StringOperator.Equals => HintKind.Whole,
        StringOperator.StartsWith => HintKind.Prefix,
        StringOperator.EndsWith => HintKind.Suffix,
        _ => HintKind.Infix,
    };

    /// <summary>One star is at the start, at the end of the local part, or the first label of the domain.</summary>
    private static TextHint Hint(string member)
    {
        var star = member.IndexOf('*', StringComparison.Ordinal);
        return star < 0 && member.IndexOf('@', StringComparison.Ordinal) > 0 ? new TextHint(HintKind.Whole, member)
            : star <= 0 ? new TextHint(HintKind.Suffix, member[(star + 1)..])
            : new TextHint(HintKind.Prefix, member[..star]);
    }
}
