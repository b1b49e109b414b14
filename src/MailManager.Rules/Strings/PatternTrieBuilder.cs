using System.Runtime.InteropServices;

namespace MailManager.Rules.Strings;

/// <summary>Builds a <see cref="PatternTrie"/>, level by level. Used once.</summary>
internal sealed class PatternTrieBuilder
{
    private readonly bool _withSuffixes;
    private readonly Symbols _symbols;
    private readonly (string Value, int[] Numbers)[] _values;
    private readonly List<PatternTrie.Cell> _cells = [];
    private readonly List<int> _outputs = [PatternTrie.None];
    private readonly Queue<Pending> _pending = [];
    private int _firstFree = PatternTrie.Root + 1;

    /// <param name="values">Folded (<see cref="CaseFolding"/>), with their numbers; none empty.</param>
    /// <param name="withSuffixes">
    /// Link each state to its longest proper suffix, and count the values that end there as ending here too; that makes the tree an Aho-Corasick automaton.
    /// </param>
    public PatternTrieBuilder(IEnumerable<(string Value, int Number)> values, bool withSuffixes)
    {
        _withSuffixes = withSuffixes;
        _values = [.. values.GroupBy(value => value.Value, value => value.Number)
            .Select(group => (group.Key, group.Distinct().ToArray()))
            .OrderBy(group => group.Key, StringComparer.Ordinal)];
        _symbols = new Symbols(_values.Select(value => value.Value));
    }

    public PatternTrie Build()
    {
        GrowTo(PatternTrie.Root);
        _pending.Enqueue(new Pending(PatternTrie.Root, 0, 0, _values.Length));
        while (_pending.TryDequeue(out var state))
        {
            AddChildren(state);
        }

        // Whatever the base of a state, the cell for each symbol is there.
        GrowTo(_cells.Count + _symbols.Count);
        return new PatternTrie(_symbols, [.. _cells], [.. _outputs]);
    }

    private void AddChildren(Pending state)
    {
        var from = state.From;
        if (from < state.To && _values[from].Value.Length == state.Depth)
        {
            // The values are sorted and differ: the one that ends here comes first.
            from++;
        }

        var children = new List<(int Symbol, int From)>();
        for (var i = from; i < state.To; i++)
        {
            if (i == from || _values[i].Value[state.Depth] != _values[i - 1].Value[state.Depth])
            {
                children.Add((_symbols.Of(_values[i].Value[state.Depth]), i));
            }
        }

        if (children.Count == 0)
        {
            return;
        }

        var place = FindPlace(children);
        Cell(state.State).Base = place;
        foreach (var (symbol, _) in children)
        {
            Cell(place + symbol).Parent = state.State;
        }

        for (var i = 0; i < children.Count; i++)
        {
            var to = i + 1 < children.Count ? children[i + 1].From : state.To;
            AddState(new Pending(place + children[i].Symbol, state.Depth + 1, children[i].From, to), children[i].Symbol);
        }
    }

    private void AddState(Pending state, int symbol)
    {
        ref var cell = ref Cell(state.State);
        if (_withSuffixes)
        {
            cell.Suffix = SuffixOf(cell.Parent, symbol);
            cell.Outputs = Cell(cell.Suffix).Outputs;
        }

        var (value, numbers) = _values[state.From];
        if (value.Length == state.Depth)
        {
            var shorter = cell.Outputs;
            cell.Outputs = _outputs.Count;
            _outputs.AddRange([shorter, numbers.Length, .. numbers]);
        }

        _pending.Enqueue(state);
    }

    /// <summary>All states that are shorter than the parent have their children already.</summary>
    private int SuffixOf(int parent, int symbol)
    {
        while (parent != PatternTrie.Root)
        {
            parent = Cell(parent).Suffix;
            var child = Cell(parent).Base + symbol;
            if (child < _cells.Count && Cell(child).Parent == parent)
            {
                return child;
            }
        }

        return PatternTrie.Root;
    }

    /// <summary>The base at which all children fall on free cells.</summary>
    private int FindPlace(List<(int Symbol, int From)> children)
    {
        while (IsTaken(_firstFree))
        {
            _firstFree++;
        }

        var least = children.Min(child => child.Symbol);
        var tried = 0;
        var cell = Math.Max(_firstFree, least + 1);
        while (IsTaken(cell) || children.Exists(child => IsTaken(cell - least + child.Symbol)))
        {
            cell++;

            // Where little is free, a search from the same cell again and again would make building quadratic; a few cells stay unused instead.
            if (++tried == 1000)
            {
                _firstFree = cell;
                tried = 0;
            }
        }

        GrowTo(cell - least + children.Max(child => child.Symbol));
        return cell - least;
    }

    private bool IsTaken(int cell) => cell < _cells.Count && Cell(cell).Parent != PatternTrie.None;

    private ref PatternTrie.Cell Cell(int state) => ref CollectionsMarshal.AsSpan(_cells)[state];

    private void GrowTo(int cell)
    {
        if (cell >= _cells.Count)
        {
            CollectionsMarshal.SetCount(_cells, cell + 1);
        }
    }

    /// <summary>A state without children yet: the values from one to before the other begin with its characters.</summary>
    private readonly record struct Pending(int State, int Depth, int From, int To);
}
