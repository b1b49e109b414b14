namespace MailManager.Rules.Strings;

/// <summary>
/// Numbers the units that occur in some values, so that tables over them are small: all units of one case folding have one symbol. Immutable,
/// thread-safe.
/// </summary>
internal sealed class Symbols
{
    /// <summary>The symbol of every unit that is in no value.</summary>
    public const int None = 0;

    /// <summary>Stands for low surrogates, whose folding depends on the unit before. Fewer folded units than this exist.</summary>
    private const ushort DependsOnContext = ushort.MaxValue;

    private const int PageSize = 256;

    private readonly Dictionary<char, ushort> _lowSurrogates = [];

    /// <summary>Page 0 has no symbols; others are stored only where there are some, that of low surrogates once for all four.</summary>
    private readonly byte[] _pageOf = new byte[PageSize];

    private ushort[] _pages = new ushort[PageSize];

    /// <param name="values">Folded.</param>
    public Symbols(IEnumerable<string> values)
    {
        foreach (var unit in values.SelectMany(value => value))
        {
            if (Of(unit) == None)
            {
                Add(unit, (ushort)++Count);
            }
        }
    }

    /// <summary>How many symbols there are; they are 1 to this.</summary>
    public int Count { get; }

    /// <summary>The symbol of a folded unit.</summary>
    public int Of(char folded)
    {
        var symbol = Entry(folded);
        return symbol != DependsOnContext ? symbol : _lowSurrogates.GetValueOrDefault(folded);
    }

    /// <summary>The symbol of a unit of a text, which need not be folded.</summary>
    public int At(ReadOnlySpan<char> text, int index)
    {
        var symbol = Entry(text[index]);
        return symbol != DependsOnContext ? symbol : _lowSurrogates.GetValueOrDefault(CaseFolding.Fold(text, index));
    }

    private void Add(char folded, ushort symbol)
    {
        if (char.IsLowSurrogate(folded))
        {
            AddLowSurrogate(folded, symbol);
            return;
        }

        AddPage(folded);
        Entry(folded) = symbol;
        foreach (var unit in CaseFolding.OtherCasesOf(folded))
        {
            AddPage(unit);
            Entry(unit) = symbol;
        }
    }

    private void AddLowSurrogate(char folded, ushort symbol)
    {
        if (_lowSurrogates.Count == 0)
        {
            AddPage(folded);
            _pages.AsSpan(_pages.Length - PageSize).Fill(DependsOnContext);
            Array.Fill(_pageOf, _pageOf[folded / PageSize], 0xDC, 4);
        }

        _lowSurrogates.Add(folded, symbol);
    }

    private void AddPage(char unit)
    {
        ref var page = ref _pageOf[unit / PageSize];
        if (page == 0)
        {
            page = (byte)(_pages.Length / PageSize);
            Array.Resize(ref _pages, _pages.Length + PageSize);
        }
    }

    private ref ushort Entry(char unit) => ref _pages[(_pageOf[unit / PageSize] * PageSize) + (unit % PageSize)];
}
