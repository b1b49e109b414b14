using System.Runtime.InteropServices;

namespace MailManager.Rules.Cidr;

/// <summary>Sets of condition numbers as bit words, each stored once and named by a number.</summary>
internal sealed class ConditionSets
{
    /// <summary>The number of the empty set.</summary>
    public const int Empty = 0;

    private readonly int _words;
    private readonly List<ulong[]> _sets = [];
    private readonly Dictionary<string, int> _numbers = [];

    /// <param name="conditions">How many conditions there are; their numbers are below.</param>
    public ConditionSets(int conditions)
    {
        _words = (conditions + 63) / 64;
        Intern(new ulong[_words]);
    }

    /// <summary>The number of the set that also holds the condition.</summary>
    public int With(int set, int condition)
    {
        var words = (ulong[])_sets[set].Clone();
        words[condition / 64] |= 1UL << (condition % 64);
        return Intern(words);
    }

    public ulong[][] ToArray() => [.. _sets];

    private int Intern(ulong[] words)
    {
        var key = new string(MemoryMarshal.Cast<ulong, char>(words));
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, key, out var exists);
        if (!exists)
        {
            number = _sets.Count;
            _sets.Add(words);
        }

        return number;
    }
}
