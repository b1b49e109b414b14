namespace MailManager.Rules.Strings;

/// <summary>
/// Finds all of many values in a text in one pass (Aho and Corasick, 1975), case ignored. The time depends on the text, hardly on how many values there
/// are. Immutable, thread-safe, allocates nothing.
/// </summary>
internal sealed class AhoCorasick
{
    private readonly PatternTrie _trie;

    /// <param name="values">None empty; with numbers from 0 by which they are told apart. A value may have several.</param>
    public AhoCorasick(IEnumerable<(string Value, int Number)> values) =>
        _trie = new PatternTrieBuilder(values.Select(value => (CaseFolding.Fold(value.Value), value.Number)), withSuffixes: true).Build();

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize => _trie.MemorySize;

    public bool ContainsAny(ReadOnlySpan<char> text)
    {
        var state = PatternTrie.Root;
        for (var i = 0; i < text.Length; i++)
        {
            state = Next(state, _trie.SymbolAt(text, i));
            if (_trie.Outputs(state) != PatternTrie.None)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lowest number of a value that is in the text; -1 if none is.</summary>
    public int FindLowest(ReadOnlySpan<char> text)
    {
        var lowest = int.MaxValue;
        var state = PatternTrie.Root;
        for (var i = 0; i < text.Length; i++)
        {
            state = Next(state, _trie.SymbolAt(text, i));
            for (var group = _trie.Outputs(state); group != PatternTrie.None;)
            {
                foreach (var number in _trie.Numbers(group, out group))
                {
                    lowest = Math.Min(lowest, number);
                }
            }
        }

        return lowest == int.MaxValue ? -1 : lowest;
    }

    /// <summary>Sets the bits of the numbers of all values that are in the text, wherever and however they overlap.</summary>
    public void FindAll(ReadOnlySpan<char> text, Span<ulong> bits)
    {
        var state = PatternTrie.Root;
        for (var i = 0; i < text.Length; i++)
        {
            state = Next(state, _trie.SymbolAt(text, i));
            _trie.CopyNumbers(_trie.Outputs(state), bits);
        }
    }

    private int Next(int state, int symbol)
    {
        if (symbol == Symbols.None)
        {
            return PatternTrie.Root;
        }

        int child;
        while ((child = _trie.Child(state, symbol)) == PatternTrie.None)
        {
            if (state == PatternTrie.Root)
            {
                return PatternTrie.Root;
            }

            state = _trie.Suffix(state);
        }

        return child;
    }
}
