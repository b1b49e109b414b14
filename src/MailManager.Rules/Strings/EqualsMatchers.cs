using System.Collections.Immutable;

namespace MailManager.Rules.Strings;

internal sealed class EqualsOne(string value) : StringMatcher
{
    public override int Find(ReadOnlySpan<char> text) => text.Equals(value, StringComparison.OrdinalIgnoreCase) ? 0 : -1;
}

internal sealed class EqualsAny(ImmutableArray<string> values) : StringMatcher
{
    private readonly ValueNumbers _values = new(values);

    public override int Find(ReadOnlySpan<char> text) => _values.Find(text);
}
