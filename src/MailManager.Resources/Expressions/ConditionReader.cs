using System.Collections.Immutable;
using MailManager.Resources.Binding;

namespace MailManager.Resources.Expressions;

/// <summary>
/// Reads the conditions of one rule or policy statement: its expressions, (+) and <c>AllOf</c>, <c>AnyOf</c> and <c>Not</c> wherever one may stand.
/// One reader for each rule or statement, since it counts.
/// </summary>
/// <param name="expressions">Keys of the expressions.</param>
internal abstract class ConditionReader<T>(ImmutableArray<string> expressions)
    where T : class
{
    /// <summary>AllOf, AnyOf and Not within each other.</summary>
    public const int MaximumDepth = 8;

    /// <summary>Conditions of AllOf and of AnyOf.</summary>
    public const int MaximumGroup = 10;

    /// <summary>Of one rule or statement, those inside of others included; what the API has is far below.</summary>
    public const int MaximumConditions = 100;

    private readonly ImmutableArray<string> _keys = [.. expressions, "AllOf", "AnyOf", "Not"];
    private int _conditions;

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public T? Read(DocumentValue value) => Read(value, 0);

    protected abstract T? ReadExpression(string key, DocumentValue value);

    protected abstract T AllOf(ImmutableArray<T> conditions);

    protected abstract T AnyOf(ImmutableArray<T> conditions);

    protected abstract T Not(T condition);

    private T? Read(DocumentValue value, int depth)
    {
        _conditions++;
        if (_conditions > MaximumConditions)
        {
            // Said once: a flood of conditions is one mistake.
            if (_conditions == MaximumConditions + 1)
            {
                value.Error($"is one condition too many: there may be {MaximumConditions} in all, those inside of others included");
            }

            return null;
        }

        if (value.Union(_keys) is not { } member)
        {
            return null;
        }

        if (expressions.Contains(member.Key, StringComparer.Ordinal))
        {
            return ReadExpression(member.Key, member.Value);
        }

        if (depth == MaximumDepth)
        {
            member.Value.Error($"is nested too deep: AllOf, AnyOf and Not may stand within each other {MaximumDepth} deep");
            return null;
        }

        if (member.Key == "Not")
        {
            return Read(member.Value, depth + 1) is { } condition ? Not(condition) : null;
        }

        if (member.Value.List(1, MaximumGroup) is not { } items)
        {
            return null;
        }

        ImmutableArray<T> conditions = [.. items.Select(item => Read(item, depth + 1)).OfType<T>()];
        return member.Key == "AllOf" ? AllOf(conditions) : AnyOf(conditions);
    }
}
