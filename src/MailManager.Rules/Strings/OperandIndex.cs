using System.Collections.Immutable;
using MailManager.Resources.Expressions;

namespace MailManager.Rules.Strings;

/// <summary>
/// The values of all string conditions that compare the same operand. One scan of a text finds all conditions that hold, so that a thousand rules on
/// the subject cost little more than one. Immutable, thread-safe, allocates nothing.
/// </summary>
internal sealed class OperandIndex
{
    private readonly AffixTrie? _equals;
    private readonly AffixTrie? _startsWith;
    private readonly AffixTrie? _endsWith;
    private readonly AhoCorasick? _contains;

    internal OperandIndex(int conditions, AffixTrie? equals, AffixTrie? startsWith, AffixTrie? endsWith, AhoCorasick? contains)
    {
        Conditions = conditions;
        _equals = equals;
        _startsWith = startsWith;
        _endsWith = endsWith;
        _contains = contains;
    }

    /// <summary>How many conditions there are; a scan needs as many bits.</summary>
    public int Conditions { get; }

    /// <summary>
    /// Sets the bits of the conditions whose positive form holds for the text: any of their values hits. Other bits stay, so that an operand with
    /// several texts (addresses of a To field) is scanned by one call for each.
    /// </summary>
    public void Scan(ReadOnlySpan<char> text, Span<ulong> holds)
    {
        _equals?.FindAll(text, holds);
        _startsWith?.FindAll(text, holds);
        _endsWith?.FindAll(text, holds);
        _contains?.FindAll(text, holds);
    }
}

/// <summary>Collects the conditions on one operand. Used once.</summary>
internal sealed class OperandIndexBuilder
{
    private readonly List<(string Value, int Condition)> _equals = [];
    private readonly List<(string Value, int Condition)> _startsWith = [];
    private readonly List<(string Value, int Condition)> _endsWith = [];
    private readonly List<(string Value, int Condition)> _contains = [];
    private int _conditions;

    /// <summary>Whether <see cref="Add"/> takes conditions with the operator: all but regular expressions.</summary>
    public static bool Supports(StringOperator op) => op is not (StringOperator.Matches or StringOperator.NotMatches);

    /// <summary>Adds a condition and returns its number, from 0. A negative operator stands for its positive form.</summary>
    /// <param name="values">At least one, none empty.</param>
    public int Add(StringOperator op, ImmutableArray<string> values)
    {
        var list = op switch
        {
            StringOperator.Equals or StringOperator.NotEquals => _equals,
            StringOperator.StartsWith => _startsWith,
            StringOperator.EndsWith => _endsWith,
            StringOperator.Contains => _contains,
            _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
        };
        list.AddRange(values.Select(value => (value, _conditions)));
        return _conditions++;
    }

    public OperandIndex Build() => new(
        _conditions,
        _equals.Count > 0 ? new AffixTrie(_equals, Affix.Whole) : null,
        _startsWith.Count > 0 ? new AffixTrie(_startsWith, Affix.Start) : null,
        _endsWith.Count > 0 ? new AffixTrie(_endsWith, Affix.End) : null,
        _contains.Count > 0 ? new AhoCorasick(_contains) : null);
}
