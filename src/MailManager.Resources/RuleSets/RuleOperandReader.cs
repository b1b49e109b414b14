using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads the left sides (<c>Evaluate</c>) of the expressions that have a choice of them.</summary>
internal static class RuleOperandReader
{
    /// <summary>As long as the API's <c>X-</c> and 256 characters more.</summary>
    internal static readonly TextRule MimeHeader = new(1, 258, HeaderNameReader.FieldName, "a field name of RFC 5322");

    public static RuleStringOperand? ReadString(DocumentValue value)
    {
        if (value.Union(["Attribute", "MimeHeaderAttribute", "Analysis", "ClientCertificateAttribute"]) is not { } member)
        {
            return null;
        }

        return member.Key switch
        {
            "Attribute" => member.Value.Word(RuleWords.StringAttribute) is { } name ? new RuleStringOperand.Attribute(name) : null,
            "MimeHeaderAttribute" => member.Value.Text(MimeHeader) is { } name ? new RuleStringOperand.MimeHeader(name) : null,
            "Analysis" => AnalysisReader.Read(member.Value) is { } analysis ? new RuleStringOperand.AddOn(analysis) : null,
            _ => member.Value.Word(RuleWords.ClientCertificateAttribute) is { } name
                ? new RuleStringOperand.ClientCertificate(name)
                : null,
        };
    }

    public static RuleBooleanOperand? ReadBoolean(DocumentValue value)
    {
        if (value.Union(["Attribute", "Analysis", "IsInAddressList"]) is not { } member)
        {
            return null;
        }

        return member.Key switch
        {
            "Attribute" => member.Value.Word(RuleWords.BooleanAttribute) is { } name ? new RuleBooleanOperand.Attribute(name) : null,
            "Analysis" => AnalysisReader.Read(member.Value) is { } analysis ? new RuleBooleanOperand.AddOn(analysis) : null,
            _ => AnalysisReader.ReadMembership(member.Value, RuleWords.AddressListAttribute) is var (attribute, list)
                ? new RuleBooleanOperand.IsInAddressList(attribute, list)
                : null,
        };
    }

    public static RuleVerdictOperand? ReadVerdict(DocumentValue value)
    {
        if (value.Union(["Attribute", "Analysis"]) is not { } member)
        {
            return null;
        }

        if (member.Key == "Attribute")
        {
            return member.Value.Word(RuleWords.VerdictAttribute) is { } name ? new RuleVerdictOperand.Attribute(name) : null;
        }

        return AnalysisReader.Read(member.Value) is { } analysis ? new RuleVerdictOperand.AddOn(analysis) : null;
    }
}
