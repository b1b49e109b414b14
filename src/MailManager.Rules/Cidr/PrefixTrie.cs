using System.Numerics;
using System.Runtime.CompilerServices;

namespace MailManager.Rules.Cidr;

/// <summary>
/// Longest-prefix match over address octets: a multibit trie. The answer of a lookup is the number of a set, into which all ranges that
/// hold the address have been merged when the trie was built, so that one walk answers every condition.
/// </summary>
/// <remarks>
/// One octet selects among 256 slots of a node. Of runs of equal slots only the first is stored: a bit marks where a run starts, and the
/// number of bits up to a slot finds its entry. Thus a node costs 48 octets and 4 for each run, whether it holds one range or two hundred. With many
/// ranges the first two octets are one plain table of 65,536 slots (256 KiB). Immutable, thread-safe.
/// </remarks>
internal sealed class PrefixTrie
{
    private readonly int[]? _firstTwoOctets;
    private readonly int _root;
    private readonly Node[] _nodes;
    private readonly int[] _entries;

    /// <summary>An entry is the number of a set, or the complement of the index of a node.</summary>
    internal PrefixTrie(int[]? firstTwoOctets, int root, Node[] nodes, int[] entries)
    {
        _firstTwoOctets = firstTwoOctets;
        _root = root;
        _nodes = nodes;
        _entries = entries;
    }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize =>
        ((_firstTwoOctets?.Length ?? 0) * sizeof(int)) + ((long)_nodes.Length * Unsafe.SizeOf<Node>()) + ((long)_entries.Length * sizeof(int));

    /// <summary>The set for an address. Allocates nothing.</summary>
    public int Find(UInt128 address)
    {
        var entry = _root;
        var shift = 56;
        var word = (ulong)(address >> 64);
        if (_firstTwoOctets is not null)
        {
            entry = _firstTwoOctets[word >> 48];
            shift = 40;
        }

        for (; entry < 0 && shift >= 0; shift -= 8)
        {
            entry = Follow(entry, (byte)(word >> shift));
        }

        if (entry < 0)
        {
            word = (ulong)address;
            for (shift = 56; entry < 0; shift -= 8)
            {
                entry = Follow(entry, (byte)(word >> shift));
            }
        }

        return entry;
    }

    private int Follow(int entry, byte octet) => _entries[_nodes[~entry].EntryOf(octet)];

    internal readonly struct Node
    {
        private readonly RunStarts _starts;

        /// <summary>Runs that start before each of the four words, one octet each.</summary>
        private readonly uint _before;

        private readonly int _firstEntry;

        /// <param name="starts">Bit n: a run starts at slot n. Bit 0 is always set.</param>
        /// <param name="firstEntry">Where the entries of its runs are.</param>
        public Node(RunStarts starts, int firstEntry)
        {
            _starts = starts;
            _firstEntry = firstEntry;
            var before = 0;
            for (var word = 0; word < 4; word++)
            {
                _before |= (uint)before << (8 * word);
                before += BitOperations.PopCount(starts[word]);
            }
        }

        public int EntryOf(byte slot)
        {
            var word = slot >> 6;
            var upToSlot = _starts[word] & (ulong.MaxValue >> (63 - (slot & 63)));
            return _firstEntry + (int)((_before >> (8 * word)) & 0xFF) + BitOperations.PopCount(upToSlot) - 1;
        }
    }

    [InlineArray(4)]
    internal struct RunStarts
    {
        private ulong _word;
    }
}
