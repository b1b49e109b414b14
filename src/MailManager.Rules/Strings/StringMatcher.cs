using System.Collections.Immutable;
using MailManager.Resources.Expressions;

namespace MailManager.Rules.Strings;

/// <summary>
/// One string operator with its values, prepared: does any value match a text, and which? Case is ignored, character by character
/// (<see cref="StringComparison.OrdinalIgnoreCase"/>); the reference leaves case open. Immutable, thread-safe, allocates nothing.
/// </summary>
internal abstract class StringMatcher
{
    /// <summary>Up to here a loop over the values is about as fast as hashing, whatever their lengths.</summary>
    private const int LoopLimit = 4;

    /// <summary>Up to here the vectorised search beats the automaton, which takes the same time for any number of values.</summary>
    internal const int SearchLimit = 40;

    public virtual bool Matches(ReadOnlySpan<char> text) => Find(text) >= 0;

    /// <summary>The index of the first value, in the order given, that matches; -1 if none does. May be slower than <see cref="Matches"/>.</summary>
    public abstract int Find(ReadOnlySpan<char> text);

    /// <summary>For a negative operator the matcher of its positive form, whose answer the caller negates (none-of).</summary>
    /// <param name="values">At least one, none empty.</param>
    public static StringMatcher Create(StringOperator op, ImmutableArray<string> values) => op switch
    {
        StringOperator.Equals or StringOperator.NotEquals => values.Length == 1 ? new EqualsOne(values[0]) : new EqualsAny(values),
        StringOperator.StartsWith => values.Length <= LoopLimit ? new StartsWithFew(values) : new AffixMany(values, Affix.Start),
        StringOperator.EndsWith => values.Length <= LoopLimit ? new EndsWithFew(values) : new AffixMany(values, Affix.End),
        StringOperator.Contains => values.Length <= SearchLimit ? new ContainsFew(values) : new ContainsMany(values),
        StringOperator.Matches or StringOperator.NotMatches => new RegexMatcher(values),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
    };
}
