using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MailManager.Rules.Strings;

/// <summary>Finds the index of a value among many by hashing, case ignored. Immutable, thread-safe.</summary>
internal sealed class ValueNumbers
{
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _numbers;

    public ValueNumbers(ImmutableArray<string> values) => _numbers = values
        .Select((value, index) => (value, index))
        .DistinctBy(entry => entry.value, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(entry => entry.value, entry => entry.index, StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Of values that differ in case only, the first; -1 if there is none.</summary>
    public int Find(ReadOnlySpan<char> value) => _numbers.TryGetValue(value, out var index) ? index : -1;
}
