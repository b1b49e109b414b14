using System.Text;
using MailManager.Resources;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Smtp.Grammar;

namespace MailManager.Mta.Checks;

/// <summary>Values that operators write into conditions on addresses and domains, and that these never have.</summary>
internal static class ValueChecks
{
    private enum OperandForm
    {
        Address,
        Domain,
    }

    public static IEnumerable<Finding> Of(ResourceSet resources)
    {
        var ofRules =
            from leaf in ConditionLeaves.OfRules(resources)
            let text = leaf.Condition as RuleStringExpression
            let attribute = text?.Evaluate as RuleStringOperand.Attribute
            where attribute is not null
            from finding in Of(leaf.Path, RuleWords.StringAttribute.WordOf(attribute.Name), Form(attribute.Name), text.Operator, text.Values)
            select finding;
        var ofPolicies =
            from leaf in ConditionLeaves.OfPolicies(resources)
            let text = leaf.Condition as PolicyStringExpression
            let attribute = text?.Evaluate as PolicyStringOperand.Attribute
            where attribute is not null
            from finding in Of(leaf.Path, PolicyWords.StringAttribute.WordOf(attribute.Name), Form(attribute.Name), text.Operator, text.Values)
            select finding;
        return ofRules.Concat(ofPolicies);
    }

    private static IEnumerable<Finding> Of(string path, string name, OperandForm? form, StringOperator op, IEnumerable<string> values)
    {
        if (form is not { } known || op is StringOperator.Matches or StringOperator.NotMatches)
        {
            yield break;
        }

        foreach (var value in values)
        {
            if (value.Contains('*', StringComparison.Ordinal))
            {
                yield return new Finding(
                    FindingKind.Star,
                    path,
                    $"{DisplayText.Quote(value)} is compared with {name} letter by letter, star included; wildcards are in address lists only");
            }
            else if (Problem(known, name, op, value) is { } problem)
            {
                // Of NOT_EQUALS too it is EQUALS that never holds.
                var word = OperatorWords.String.WordOf(op == StringOperator.NotEquals ? StringOperator.Equals : op);
                yield return new Finding(FindingKind.ImpossibleValue, path, $"{name} {word} {DisplayText.Quote(value)} never holds: {problem}");
            }
        }
    }

    private static OperandForm? Form(RuleStringEmailAttribute attribute) => attribute switch
    {
        RuleStringEmailAttribute.MailFrom or RuleStringEmailAttribute.Recipient => OperandForm.Address,
        RuleStringEmailAttribute.MailFromDomain or RuleStringEmailAttribute.RecipientDomain or RuleStringEmailAttribute.Helo => OperandForm.Domain,
        _ => null,
    };

    private static OperandForm? Form(PolicyStringAttribute attribute) => attribute switch
    {
        PolicyStringAttribute.MailFrom or PolicyStringAttribute.Recipient => OperandForm.Address,
        PolicyStringAttribute.MailFromDomain or PolicyStringAttribute.RecipientDomain or PolicyStringAttribute.Helo => OperandForm.Domain,
        _ => null,
    };

    /// <summary>Why no address or domain is so; null: some may be.</summary>
    private static string? Problem(OperandForm form, string name, StringOperator op, string value)
    {
        var isWhole = op is StringOperator.Equals or StringOperator.NotEquals;
        if (value == "<>" && isWhole)
        {
            return "the null reverse-path is empty; compare it with NOT, MAIL_FROM CONTAINS '@'";
        }

        if ((value.StartsWith('<') && op != StringOperator.EndsWith) || (value.EndsWith('>') && op != StringOperator.StartsWith))
        {
            return isWhole || form == OperandForm.Domain || value.StartsWith('<') == (op == StringOperator.StartsWith)
                ? "it is compared without angle brackets"
                : null;
        }

        return form == OperandForm.Domain ? ProblemOfDomain(value, isWhole)
            : isWhole ? ProblemOfAddress(name, value)
            : op == StringOperator.StartsWith && value.StartsWith('@') ? "an address has something before '@'"
            : null;
    }

    private static string? ProblemOfDomain(string value, bool isWhole) =>
        value.Contains('@', StringComparison.Ordinal) ? "a domain has no '@'"
        : !Ascii.IsValid(value) ? "domains are compared in ASCII; write the form that starts with xn--"
        : isWhole && !MailboxSyntax.IsDomainOrLiteral(Encoding.ASCII.GetBytes(value)) ? "it is no domain name"
        : null;

    private static string? ProblemOfAddress(string name, string value)
    {
        if (value.Equals("postmaster", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var at = value.LastIndexOf('@');
        return at < 0 ? $"an address has an '@'; a domain is compared with {name}_DOMAIN"
            : at == 0 ? $"an address has something before '@'; use ENDS_WITH, or {name}_DOMAIN without '@'"
            : !Ascii.IsValid(value.AsSpan(at)) ? "domains are compared in ASCII; write the form that starts with xn--"
            : !MailboxSyntax.IsMailbox(Encoding.UTF8.GetBytes(value)) ? "it is no address"
            : null;
    }
}
