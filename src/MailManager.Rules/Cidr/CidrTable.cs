namespace MailManager.Rules.Cidr;

/// <summary>
/// The address ranges of all conditions of one policy or rule set. One lookup a client finds all conditions that hold. Immutable,
/// thread-safe.
/// </summary>
internal sealed class CidrTable
{
    private readonly RangeIndex<uint> _ipv4;

    /// <summary>For each number of boundaries up to an address, the set that it is in.</summary>
    private readonly ulong[][] _ipv4Sets;
    private readonly PrefixTrie _ipv6;

    /// <summary>By the numbers in the trie.</summary>
    private readonly ulong[][] _sets;

    internal CidrTable(RangeIndex<uint> ipv4, ulong[][] ipv4Sets, PrefixTrie ipv6, ulong[][] sets)
    {
        _ipv4 = ipv4;
        _ipv4Sets = ipv4Sets;
        _ipv6 = ipv6;
        _sets = sets;
    }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize => _ipv4.MemorySize + ((long)_ipv4Sets.Length * sizeof(ulong)) + _ipv6.MemorySize + _sets.Sum(set => (long)set.Length * sizeof(ulong));

    /// <summary>
    /// Bits of the conditions one of whose ranges holds the address. Allocates nothing.
    /// </summary>
    public ulong[] Find(in AddressBits address) =>
        address.IsIpv4 ? _ipv4Sets[_ipv4.Find(address.Ipv4)] : _sets[_ipv6.Find(address.Bits)];

    /// <summary>Whether a set from <see cref="Find"/> holds the condition.</summary>
    public static bool Contains(ulong[] set, int condition) => (set[condition >> 6] & (1UL << condition)) != 0;
}

/// <summary>Collects the ranges of all conditions. Used once.</summary>
internal sealed class CidrTableBuilder
{
    /// <summary>More IPv6 ranges than this are worth 256 KiB for a table of the first 16 bits.</summary>
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
        var (boundaries, ipv4Sets) = Flatten(sets);
        var ipv6 = new PrefixTrieBuilder(sets).Build(_ipv6, withTable: _ipv6.Count > TableThreshold);
        var all = sets.ToArray();
        return new CidrTable(new RangeIndexBuilder<uint>().Build(boundaries), [.. ipv4Sets.Select(set => all[set])], ipv6, all);
    }

    /// <summary>The IPv4 addresses at which the set changes, and the sets: the first one before the first address, then one for each.</summary>
    private (List<UInt128> Boundaries, List<int> Sets) Flatten(ConditionSets sets)
    {
        // The wider of those that begin together comes first, so that each range lies within those on the stack.
        _ipv4.Sort(static (a, b) => a.Prefix.Bits != b.Prefix.Bits ? a.Prefix.Bits.CompareTo(b.Prefix.Bits) : a.Prefix.Length - b.Prefix.Length);
        var boundaries = new List<UInt128>();
        var numbers = new List<int> { ConditionSets.Empty };
        var around = new Stack<(UInt128 Last, int Set)>();
        foreach (var (prefix, condition) in _ipv4)
        {
            LeaveBefore(prefix.Bits);
            var set = sets.With(around.Count > 0 ? around.Peek().Set : ConditionSets.Empty, condition);
            around.Push((prefix.Bits | (UInt128.MaxValue >> prefix.Length), set));
            Change(prefix.Bits, set);
        }

        LeaveBefore(null);
        return (boundaries, numbers);

        void LeaveBefore(UInt128? address)
        {
            while (around.Count > 0 && (address is null || around.Peek().Last < address))
            {
                var (last, _) = around.Pop();
                if (last != UInt128.MaxValue)
                {
                    Change(last + 1, around.Count > 0 ? around.Peek().Set : ConditionSets.Empty);
                }
            }
        }

        void Change(UInt128 at, int set)
        {
            if (numbers[^1] == set && (boundaries.Count == 0 || boundaries[^1] != at))
            {
                return;
            }

            if (boundaries.Count > 0 && boundaries[^1] == at)
            {
                numbers[^1] = set;
                return;
            }

            boundaries.Add(at);
            numbers.Add(set);
        }
    }
}
