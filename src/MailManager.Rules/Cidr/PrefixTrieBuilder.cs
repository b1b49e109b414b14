namespace MailManager.Rules.Cidr;

/// <summary>Builds a <see cref="PrefixTrie"/> for the ranges of one address family. Used once.</summary>
internal sealed class PrefixTrieBuilder(ConditionSets sets)
{
    private const int OctetStride = 8;
    private const int TableStride = 16;

    private readonly List<PrefixTrie.Node> _nodes = [];
    private readonly List<int> _entries = [];

    /// <param name="ranges">Each with the condition that it belongs to; reordered.</param>
    /// <param name="withTable">Make a plain table of the first 16 bits.</param>
    public PrefixTrie Build(List<(CidrPrefix Prefix, int Condition)> ranges, bool withTable)
    {
        // Shorter first: when a range is painted over slots, all of them then hold the same set, that of the ranges around it.
        ranges.Sort(static (a, b) => a.Prefix.Length != b.Prefix.Length ? a.Prefix.Length - b.Prefix.Length : a.Condition - b.Condition);
        var table = withTable ? Slots(ranges, 0, TableStride, ConditionSets.Empty) : null;
        var root = withTable ? ConditionSets.Empty : Entry(ranges, 0, ConditionSets.Empty);
        return new PrefixTrie(table, root, [.. _nodes], [.. _entries]);
    }

    private int Entry(List<(CidrPrefix Prefix, int Condition)> ranges, int depth, int inherited)
    {
        var slots = Slots(ranges, depth, OctetStride, inherited);
        if (slots[0] >= 0 && !slots.AsSpan().ContainsAnyExcept(slots[0]))
        {
            return slots[0];
        }

        var firstEntry = _entries.Count;
        var starts = default(PrefixTrie.RunStarts);
        for (var slot = 0; slot < slots.Length; slot++)
        {
            if (slot == 0 || slots[slot] != slots[slot - 1])
            {
                starts[slot >> 6] |= 1UL << (slot & 63);
                _entries.Add(slots[slot]);
            }
        }

        _nodes.Add(new PrefixTrie.Node(starts, firstEntry));
        return ~(_nodes.Count - 1);
    }

    private int[] Slots(List<(CidrPrefix Prefix, int Condition)> ranges, int depth, int stride, int inherited)
    {
        var slots = new int[1 << stride];
        Array.Fill(slots, inherited);
        var deeper = new Dictionary<int, List<(CidrPrefix, int)>>();
        foreach (var range in ranges)
        {
            var first = (int)(range.Prefix.Bits >> (128 - depth - stride)) & (slots.Length - 1);
            var free = depth + stride - range.Prefix.Length;
            if (free >= 0)
            {
                slots.AsSpan(first, 1 << free).Fill(sets.With(slots[first], range.Condition));
                continue;
            }

            if (!deeper.TryGetValue(first, out var inSlot))
            {
                deeper.Add(first, inSlot = []);
            }

            inSlot.Add(range);
        }

        foreach (var (slot, inSlot) in deeper)
        {
            slots[slot] = Entry(inSlot, depth + stride, slots[slot]);
        }

        return slots;
    }
}
