using System.Collections.Immutable;
using System.Net.Sockets;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Cidr;
using MailManager.Rules.Operands;

namespace MailManager.Rules.Expressions;

/// <summary>
/// Makes conditions for one policy or rule set; what policies and rules have in common is here. Collects what is wrong with them, and what they need to
/// be found out. A condition that cannot be built is an error and null. Used once.
/// </summary>
internal sealed class ConditionBuilder(RuleEnvironment environment)
{
    /// <summary>Up to this cost an answer is found as soon as it is remembered.</summary>
    private const int CheaperThanMemory = 2;

    private readonly List<CompileError> _errors = [];
    private readonly List<Requirement> _requirements = [];

    public OperandPlanBuilder Operands { get; } = new();

    public bool HasErrors => _errors.Count > 0;

    public ImmutableArray<CompileError> Errors => [.. _errors];

    /// <summary>Each once, in the order of the resource.</summary>
    public ImmutableArray<Requirement> Requirements => [.. _requirements.Distinct()];

    public void Error(string path, string reason) => _errors.Add(new CompileError(path, reason));

    /// <summary>Checks conditions as this builder does, for their errors only: nothing is read or needed for them.</summary>
    public ConditionBuilder OnlyErrors() => new(environment);

    /// <summary>Takes over the errors of <see cref="OnlyErrors"/>.</summary>
    public void AddErrors(ConditionBuilder other) => _errors.AddRange(other._errors);

    public AllOf AllOf(IEnumerable<Condition?> parts) => new(AskOnce(parts));

    public AnyOf AnyOf(IEnumerable<Condition?> parts) => new(AskOnce(parts));

    public static Not? Not(Condition? part) => part is null ? null : new Not(part);

    /// <summary>The condition, asked once a message however many recipients there are. It must be the same for all of them.</summary>
    public Condition Once(Condition condition) =>
        condition.Cost <= CheaperThanMemory ? condition : new OncePerMessage(Operands.Answer(), condition);

    public TextCondition? Text(string path, TextOperand operand, StringOperator op, ImmutableArray<string> values)
    {
        if (operand is EnvelopeOperand { Part: EnvelopePart.ReverseName })
        {
            Require(RequirementKind.ReverseDns, path);
        }

        if (!AreUsable(path, values))
        {
            return null;
        }

        try
        {
            return Operands.Add(new TextCondition(operand, op, values));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            // Only expressions can be wrong by now: misspelt, or beyond what the engine does in linear time.
            Error($"{path}.Values", fault.Message);
            return null;
        }
    }

    public TextCondition? AddOnText(string path, Analysis analysis, StringOperator op, ImmutableArray<string> values)
    {
        var field = AddOn(path, analysis);
        return Text(path, new AddOnOperand(field, ConditionText.AddOn(field)), op, values);
    }

    public AddOnFlagCondition AddOnFlag(string path, Analysis analysis, BooleanOperator op) => new(AddOn(path, analysis), op);

    public Condition? Verdict(string path, RuleVerdictOperand operand, VerdictOperator op, ImmutableArray<RuleVerdict> values)
    {
        if (!AreThere(path, values))
        {
            return null;
        }

        if (operand is not RuleVerdictOperand.Attribute { Name: var name })
        {
            return new AddOnVerdictCondition(AddOn(path, ((RuleVerdictOperand.AddOn)operand).Analysis), op, values);
        }

        Require(
            name switch
            {
                RuleVerdictAttribute.Spf => RequirementKind.Spf,
                RuleVerdictAttribute.Dkim => RequirementKind.Dkim,
                RuleVerdictAttribute.Dmarc => RequirementKind.Dmarc,
                _ => RequirementKind.Arc,
            },
            path);
        return new VerdictCondition(name, op, values);
    }

    public DmarcPolicyCondition? DmarcPolicy(string path, VerdictOperator op, ImmutableArray<RuleDmarcPolicy> values)
    {
        Require(RequirementKind.DmarcPolicy, path);
        return AreThere(path, values) ? new DmarcPolicyCondition(op, values) : null;
    }

    public AddressListCondition? InAddressList(string path, TextOperand operand, string list, BooleanOperator op)
    {
        if (environment.AddressLists.TryGetValue(list, out var named))
        {
            return new AddressListCondition(operand, Operands.AddressList(named), list, op);
        }

        Error(path, $"no address list is named '{list}'");
        return null;
    }

    /// <param name="family">The only family whose ranges count; Unspecified: both.</param>
    /// <param name="isAllowed">Which ranges may be written here; null: all.</param>
    /// <param name="expected">What a value should look like, for the error.</param>
    public AddressCondition? Address(
        string path,
        string name,
        IpOperator op,
        ImmutableArray<string> values,
        ImmutableArray<string> ipSets,
        AddressFamily family,
        Func<string, CidrPrefix, bool>? isAllowed,
        string expected)
    {
        if (ipSets.IsEmpty ? !AreUsable(path, values) : !values.IsEmpty && !AreUsable(path, values))
        {
            return null;
        }

        var errors = _errors.Count;
        var ranges = Ranges(path, values, isAllowed, expected);
        var slots = Sets(path, ipSets);
        return _errors.Count > errors ? null : new AddressCondition(ConditionText.Describe(name, op, values.Concat(ipSets.Select(ConditionText.IpSet))))
        {
            Ranges = values,
            Number = ranges.Count > 0 ? Operands.Addresses.Add(ranges) : -1,
            Sets = slots,
            SetNames = ipSets,
            Family = family,
            Negated = op == IpOperator.NotCidrMatches,
        };
    }

    private Condition[] AskOnce(IEnumerable<Condition?> parts)
    {
        Condition[] built = [.. parts.OfType<Condition>()];
        return built.Any(part => part.OfRecipient) ? [.. built.Select(part => part.OfRecipient ? part : Once(part))] : built;
    }

    private void Require(RequirementKind kind, string path) => _requirements.Add(new Requirement(kind, path));

    private AddOnField AddOn(string path, Analysis analysis)
    {
        Require(RequirementKind.AddOn, path);
        return new AddOnField(analysis.Analyzer, analysis.ResultField);
    }

    private List<CidrPrefix> Ranges(string path, ImmutableArray<string> values, Func<string, CidrPrefix, bool>? isAllowed, string expected)
    {
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

        return ranges;
    }

    private ImmutableArray<int> Sets(string path, ImmutableArray<string> names)
    {
        var slots = ImmutableArray.CreateBuilder<int>(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            if (environment.IpSets.TryGetValue(names[i], out var set))
            {
                slots.Add(Operands.IpSet(set));
            }
            else
            {
                Error($"{path}.IpSets[{i}]", $"no IP set is named '{names[i]}'");
            }
        }

        return slots.DrainToImmutable();
    }

    private bool AreThere<T>(string path, ImmutableArray<T> values)
    {
        if (values.IsDefaultOrEmpty)
        {
            Error($"{path}.Values", "at least one value is needed");
        }

        return !values.IsDefaultOrEmpty;
    }

    private bool AreUsable(string path, ImmutableArray<string> values)
    {
        if (!AreThere(path, values))
        {
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
