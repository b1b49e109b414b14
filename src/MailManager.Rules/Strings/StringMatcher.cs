using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using MailManager.Resources.Expressions;

namespace MailManager.Rules.Strings;

/// <summary>
/// One string operator with its values, prepared: does any value match a text? Case is ignored, character by character
/// (<see cref="StringComparison.OrdinalIgnoreCase"/>); the reference leaves case open. Immutable, thread-safe, allocates nothing.
/// </summary>
internal abstract class StringMatcher
{
    /// <summary>Up to here a loop over the values is about as fast as hashing, whatever their lengths.</summary>
    private const int LoopLimit = 4;

    public abstract bool Matches(ReadOnlySpan<char> text);

    /// <summary>For a negative operator the matcher of its positive form, whose answer the caller negates (none-of).</summary>
    public static StringMatcher Create(StringOperator op, ImmutableArray<string> values) => op switch
    {
        StringOperator.Equals or StringOperator.NotEquals => values.Length == 1 ? new EqualsOne(values[0]) : new EqualsAny(values),
        StringOperator.StartsWith => values.Length <= LoopLimit ? new StartsWithFew(values) : new StartsWithMany(values),
        StringOperator.EndsWith => values.Length <= LoopLimit ? new EndsWithFew(values) : new EndsWithMany(values),
        StringOperator.Contains => new ContainsAny(values),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
    };
}

internal sealed class EqualsOne(string value) : StringMatcher
{
    public override bool Matches(ReadOnlySpan<char> text) => text.Equals(value, StringComparison.OrdinalIgnoreCase);
}

internal sealed class EqualsAny(ImmutableArray<string> values) : StringMatcher
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _values =
        values.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public override bool Matches(ReadOnlySpan<char> text) => _values.Contains(text);
}

/// <summary>A search for all values at once; even for one it is ten times as fast as a plain search that ignores case.</summary>
internal sealed class ContainsAny(ImmutableArray<string> values) : StringMatcher
{
    private readonly SearchValues<string> _values = SearchValues.Create(values.AsSpan(), StringComparison.OrdinalIgnoreCase);

    public override bool Matches(ReadOnlySpan<char> text) => text.ContainsAny(_values);
}
