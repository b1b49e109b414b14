using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MailManager.Rules.Strings;

internal sealed class StartsWithFew(ImmutableArray<string> values) : StringMatcher
{
    private readonly string[] _values = [.. values];

    public override bool Matches(ReadOnlySpan<char> text)
    {
        foreach (var value in _values)
        {
            if (text.StartsWith(value, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class EndsWithFew(ImmutableArray<string> values) : StringMatcher
{
    private readonly string[] _values = [.. values];

    public override bool Matches(ReadOnlySpan<char> text)
    {
        foreach (var value in _values)
        {
            if (text.EndsWith(value, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class StartsWithMany(ImmutableArray<string> values) : StringMatcher
{
    private readonly AffixSet _values = new(values);

    public override bool Matches(ReadOnlySpan<char> text)
    {
        foreach (var length in _values.Lengths)
        {
            if (length > text.Length)
            {
                return false;
            }

            if (_values.Contains(text[..length]))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class EndsWithMany(ImmutableArray<string> values) : StringMatcher
{
    private readonly AffixSet _values = new(values);

    public override bool Matches(ReadOnlySpan<char> text)
    {
        foreach (var length in _values.Lengths)
        {
            if (length > text.Length)
            {
                return false;
            }

            if (_values.Contains(text[^length..]))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>
/// Values of a starts-with or ends-with, hashed: one look-up for each length that occurs, however many values there are (a
/// policy may list a thousand domains).
/// </summary>
internal sealed class AffixSet(ImmutableArray<string> values)
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _values =
        values.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The lengths that occur, shortest first.</summary>
    public int[] Lengths { get; } = [.. values.Select(value => value.Length).Distinct().Order()];

    public bool Contains(ReadOnlySpan<char> affix) => _values.Contains(affix);
}
