using System.Collections.Immutable;
using System.Text;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Cidr;
using MailManager.Rules.Operands;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Expressions;

/// <summary>
/// Makes conditions for one policy or rule set and collects what is wrong with them. What policies and rules have in common is here; a
/// condition that cannot be built is an error and null. Used once.
/// </summary>
internal sealed class ConditionBuilder
{
    private readonly List<CompileError> _errors = [];

    public OperandPlanBuilder Operands { get; } = new();

    public bool HasErrors => _errors.Count > 0;

    public ImmutableArray<CompileError> Errors => [.. _errors];

    public void Error(string path, string reason) => _errors.Add(new CompileError(path, reason));

    /// <summary>Records that this release cannot do it yet.</summary>
    public Leaf? Unsupported(string path, string what)
    {
        Error(path, $"{what} not available in this release");
        return null;
    }

    public Leaf? Envelope(string path, EnvelopeOperand operand, string name, StringOperator op, ImmutableArray<string> values) =>
        AreUsable(path, values)
            ? new EnvelopeCondition(Describe(name, op, values), operand, StringMatcher.Create(op, values), op == StringOperator.NotEquals)
            : null;

    public Leaf? Header(string path, string field, bool holdsAddresses, string name, StringOperator op, ImmutableArray<string> values) =>
        AreUsable(path, values)
            ? new HeaderCondition(
                Describe(name, op, values),
                Operands.Header(field, holdsAddresses),
                StringMatcher.Create(op, values),
                op == StringOperator.NotEquals)
            : null;

    public Leaf? Certificate(string path, RuleClientCertificateAttribute attribute, StringOperator op, ImmutableArray<string> values) =>
        AreUsable(path, values)
            ? new CertificateCondition(
                Describe(ApiName(attribute.ToString()), op, values), attribute, StringMatcher.Create(op, values), op == StringOperator.NotEquals)
            : null;

    /// <param name="isAllowed">Which ranges make sense here; null: all.</param>
    /// <param name="expected">What a value should look like, for the error.</param>
    public Leaf? Address(
        string path, string name, IpOperator op, ImmutableArray<string> values, Func<string, CidrPrefix, bool>? isAllowed, string expected)
    {
        if (!AreUsable(path, values))
        {
            return null;
        }

        var ranges = new List<CidrPrefix>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (!CidrPrefix.TryParse(values[i], out var range) || isAllowed?.Invoke(values[i], range) == false)
            {
                Error($"{path}.Values[{i}]", $"'{values[i]}' is not {expected}");
                continue;
            }

            ranges.Add(range);
        }

        return ranges.Count == values.Length
            ? new AddressCondition(Describe(name, op, values), Operands.Addresses.Add(ranges), op == IpOperator.NotCidrMatches)
            : null;
    }

    /// <summary>A condition in one line, in the words of the API.</summary>
    public static string Describe<T>(string operand, T op, ImmutableArray<string> values)
        where T : struct, Enum =>
        $"{operand} {ApiName(op.ToString())} {string.Join(", ", values)}".TrimEnd();

    /// <summary><c>ReadReceiptRequested</c> as the API spells it: <c>READ_RECEIPT_REQUESTED</c>.</summary>
    public static string ApiName(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(c));
        }

        return text.ToString();
    }

    private bool AreUsable(string path, ImmutableArray<string> values)
    {
        if (values.IsDefaultOrEmpty)
        {
            Error($"{path}.Values", "at least one value is needed");
            return false;
        }

        var empty = values.AsSpan().IndexOfAny(null, string.Empty);
        if (empty >= 0)
        {
            // With STARTS_WITH, ENDS_WITH and CONTAINS it would match everything.
            Error($"{path}.Values[{empty}]", "an empty value cannot be compared with");
        }

        return empty < 0;
    }
}
