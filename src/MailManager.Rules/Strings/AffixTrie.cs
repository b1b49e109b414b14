namespace MailManager.Rules.Strings;

/// <summary>Which part of a text is compared.</summary>
internal enum Affix
{
    Start,
    End,
    Whole,
}

/// <summary>
/// Finds which of many values a text starts with, ends with or is, case ignored: a walk down the tree of the values, which ends where the text leaves it.
/// Immutable, thread-safe, allocates nothing.
/// </summary>
internal sealed class AffixTrie
{
    private readonly PatternTrie _trie;
    private readonly Affix _affix;

    /// <param name="values">None empty; with numbers from 0. A value may have several.</param>
    public AffixTrie(IEnumerable<(string Value, int Number)> values, Affix affix)
    {
        _affix = affix;
        _trie = new PatternTrieBuilder(values.Select(value => (Order(CaseFolding.Fold(value.Value)), value.Number)), withSuffixes: false).Build();
    }

    public bool ContainsAny(ReadOnlySpan<char> text)
    {
        var walk = new Walk(this, text);
        return walk.TryNext(out _);
    }

    /// <summary>The lowest number of a value that hits; -1 if none does.</summary>
    public int FindLowest(ReadOnlySpan<char> text)
    {
        var lowest = int.MaxValue;
        var walk = new Walk(this, text);
        while (walk.TryNext(out var outputs))
        {
            foreach (var number in _trie.Numbers(outputs, out _))
            {
                lowest = Math.Min(lowest, number);
            }
        }

        return lowest == int.MaxValue ? -1 : lowest;
    }

    /// <summary>Sets the bits of the numbers of all values that hit.</summary>
    public void FindAll(ReadOnlySpan<char> text, Span<ulong> bits)
    {
        var walk = new Walk(this, text);
        while (walk.TryNext(out var outputs))
        {
            _trie.CopyNumbers(outputs, bits);
        }
    }

    /// <summary>Ends are compared from the last character to the first.</summary>
    private string Order(string folded)
    {
        if (_affix != Affix.End)
        {
            return folded;
        }

        var reversed = folded.ToCharArray();
        Array.Reverse(reversed);
        return new string(reversed);
    }

    private ref struct Walk(AffixTrie values, ReadOnlySpan<char> text)
    {
        private readonly PatternTrie _trie = values._trie;
        private readonly Affix _affix = values._affix;
        private readonly ReadOnlySpan<char> _text = text;
        private int _state = PatternTrie.Root;
        private int _steps;

        /// <summary>The outputs of the next value that hits.</summary>
        public bool TryNext(out int outputs)
        {
            while (_steps < _text.Length)
            {
                var index = _affix == Affix.End ? _text.Length - 1 - _steps : _steps;
                _state = _trie.Child(_state, _trie.SymbolAt(_text, index));
                if (_state == PatternTrie.None)
                {
                    break;
                }

                _steps++;
                outputs = _trie.Outputs(_state);
                if (outputs != PatternTrie.None && (_affix != Affix.Whole || _steps == _text.Length))
                {
                    return true;
                }
            }

            outputs = PatternTrie.None;
            return false;
        }
    }
}
