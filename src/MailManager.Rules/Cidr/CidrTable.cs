namespace MailManager.Rules.Cidr;

/// <summary>
/// The address ranges of all conditions of one policy or rule set. One lookup a client finds all conditions that hold. Immutable,
/// thread-safe.
/// </summary>
internal sealed class CidrTable
{
    private readonly PrefixTrie _ipv4;
    private readonly PrefixTrie _ipv6;
    private readonly ulong[][] _sets;

    internal CidrTable(PrefixTrie ipv4, PrefixTrie ipv6, ulong[][] sets)
    {
        _ipv4 = ipv4;
        _ipv6 = ipv6;
        _sets = sets;
    }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize => _ipv4.MemorySize + _ipv6.MemorySize + _sets.Sum(set => (long)set.Length * sizeof(ulong));

    /// <summary>
    /// Bits of the conditions one of whose ranges holds the address. Allocates nothing.
    /// </summary>
    public ulong[] Find(in AddressBits address) => _sets[(address.IsIpv4 ? _ipv4 : _ipv6).Find(address.Bits)];

    /// <summary>Whether a set from <see cref="Find"/> holds the condition.</summary>
    public static bool Contains(ulong[] set, int condition) => (set[condition >> 6] & (1UL << condition)) != 0;
}

/// <summary>Collects the ranges of all conditions. Used once.</summary>
internal sealed class CidrTableBuilder
{
    /// <summary>More ranges of a family than this are worth 256 KiB for a table of the first 16 bits.</summary>
    internal const int TableThreshold = 256;

    private readonly List<(CidrPrefix Prefix, int Condition)> _ipv4 = [];
    private readonly List<(CidrPrefix Prefix, int Condition)> _ipv6 = [];
    private int _conditions;

    /// <summary>Adds a condition with its ranges and returns its number.</summary>
    public int Add(IEnumerable<CidrPrefix> ranges)
    {
        foreach (var range in ranges)
        {
            (range.IsIpv4 ? _ipv4 : _ipv6).Add((range, _conditions));
        }

        return _conditions++;
    }

    public CidrTable Build()
    {
        var sets = new ConditionSets(_conditions);
        var ipv4 = new PrefixTrieBuilder(sets).Build(_ipv4, withTable: _ipv4.Count > TableThreshold);
        var ipv6 = new PrefixTrieBuilder(sets).Build(_ipv6, withTable: _ipv6.Count > TableThreshold);
        return new CidrTable(ipv4, ipv6, sets.ToArray());
    }
}
