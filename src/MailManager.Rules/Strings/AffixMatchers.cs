using System.Collections.Immutable;

namespace MailManager.Rules.Strings;

internal sealed class StartsWithFew(ImmutableArray<string> values) : StringMatcher
{
    private readonly string[] _values = [.. values];

    public override int Find(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (text.StartsWith(_values[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}

internal sealed class EndsWithFew(ImmutableArray<string> values) : StringMatcher
{
    private readonly string[] _values = [.. values];

    public override int Find(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (text.EndsWith(_values[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>For many values, however many: a policy may list a thousand domains.</summary>
internal sealed class AffixMany(ImmutableArray<string> values, Affix affix) : StringMatcher
{
    private readonly AffixTrie _values = new(values.Select((value, index) => (value, index)), affix);

    public override bool Matches(ReadOnlySpan<char> text) => _values.ContainsAny(text);

    public override int Find(ReadOnlySpan<char> text) => _values.FindLowest(text);
}
