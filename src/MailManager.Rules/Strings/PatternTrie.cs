using System.Runtime.CompilerServices;

namespace MailManager.Rules.Strings;

/// <summary>
/// Many values as one tree of their characters, case ignored; each value has numbers that say what it stands for. Immutable, thread-safe.
/// </summary>
/// <remarks>
/// A double array (Aoe, 1989): a state is the index of its cell, and the child by a symbol is at the parent's <see cref="Cell.Base"/> plus the
/// symbol, if that cell names the parent. A step reads two cells of 16 octets however many children a state has.
/// </remarks>
internal sealed class PatternTrie
{
    /// <summary>Cell 0 is never a state, so that a free cell, which is all zero, is nobody's child.</summary>
    public const int Root = 1;

    /// <summary>No child, or no outputs.</summary>
    public const int None = 0;

    private readonly Symbols _symbols;
    private readonly Cell[] _cells;
    private readonly int[] _outputs;

    internal PatternTrie(Symbols symbols, Cell[] cells, int[] outputs)
    {
        _symbols = symbols;
        _cells = cells;
        _outputs = outputs;
    }

    /// <summary>Octets of memory, without object headers and symbols.</summary>
    public long MemorySize => ((long)_cells.Length * Unsafe.SizeOf<Cell>()) + ((long)_outputs.Length * sizeof(int));

    public int SymbolAt(ReadOnlySpan<char> text, int index) => _symbols.At(text, index);

    /// <summary>The state's child; <see cref="None"/> if it has none by that symbol.</summary>
    public int Child(int state, int symbol)
    {
        var child = _cells[state].Base + symbol;
        return _cells[child].Parent == state ? child : None;
    }

    /// <summary>The state of the longest proper suffix that is in the tree, when it was built with suffixes.</summary>
    public int Suffix(int state) => _cells[state].Suffix;

    /// <summary>The first group of numbers of values that end here; <see cref="None"/> if no value does.</summary>
    public int Outputs(int state) => _cells[state].Outputs;

    /// <summary>The numbers of one group; then the next group, that of a shorter value, or <see cref="None"/>.</summary>
    public ReadOnlySpan<int> Numbers(int group, out int next)
    {
        next = _outputs[group];
        return _outputs.AsSpan(group + 2, _outputs[group + 1]);
    }

    /// <summary>Sets the bits of all numbers of all groups from this one on.</summary>
    public void CopyNumbers(int group, Span<ulong> bits)
    {
        while (group != None)
        {
            foreach (var number in Numbers(group, out group))
            {
                bits[number >> 6] |= 1UL << number;
            }
        }
    }

    internal struct Cell
    {
        /// <summary>The state whose child this is.</summary>
        public int Parent;

        /// <summary>Where the children are, less their symbols.</summary>
        public int Base;

        public int Suffix;

        public int Outputs;
    }
}
