using System.Text;
using MailManager.Messages.Verdicts;

namespace MailManager.Rules.Expressions;

/// <summary>Conditions in one line, in the words of the API.</summary>
internal static class ConditionText
{
    public static string Describe<T>(string operand, T op, IEnumerable<string> values)
        where T : struct, Enum =>
        $"{operand} {ApiName(op)} {string.Join(", ", values)}".TrimEnd();

    /// <summary>How a named set stands among ranges.</summary>
    public static string IpSet(string name) => $"IpSet {name}";

    /// <summary>How an add-on's answer stands as an operand.</summary>
    public static string AddOn(AddOnField field) => $"Analysis {field.Analyzer} {field.Field}";

    /// <summary><c>ReadReceiptRequested</c> as the API spells it: <c>READ_RECEIPT_REQUESTED</c>.</summary>
    public static string ApiName<T>(T name)
        where T : struct, Enum
    {
        var text = new StringBuilder();
        foreach (var c in name.ToString())
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(c));
        }

        return text.ToString();
    }
}
