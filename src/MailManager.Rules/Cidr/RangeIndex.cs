using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MailManager.Rules.Cidr;

/// <summary>
/// Between which two of many boundaries an address lies, two millions of them: a multibit trie with buckets for leaves. Immutable, thread-safe, allocates nothing.
/// </summary>
/// <remarks>
/// <para>Ranges are one sorted list of boundaries: the first address of a range, the first address behind it, the first of the next. To find the number
/// of boundaries up to an address, the distance from the lowest
/// boundary, divided by a power of two, selects a slot of a table, in which few boundaries are left to count; where many fall on one slot, because
/// ranges lie close together, it has a table of its own. What lies before the first slot or behind the last one is counted there too, and counting
/// compares a fixed number of boundaries, both without a branch, so that the processor need not guess and can look up several addresses at a time:
/// boundaries behind those of the slot are greater than the address anyway.</para>
/// <para>An address is a key, by which it is found, and a rest, which decides between boundaries of one key. Of IPv6 addresses the key is the network,
/// the upper half: hardly any range is smaller, so that half of the memory is hardly ever read.</para>
/// </remarks>
/// <typeparam name="T"><see cref="uint"/> for IPv4, which has no rest; <see cref="ulong"/> for IPv6.</typeparam>
internal sealed class RangeIndex<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>More boundaries than this in one slot have a table of their own.</summary>
    internal const int Crowd = 8;

    private readonly T[] _keys;
    private readonly T[]? _rests;
    private readonly Table[] _tables;
    private readonly int[] _slots;
    private readonly Table _root;

    /// <param name="keys">Ascending, with <see cref="Crowd"/> entries more than there are boundaries, of the greatest value.</param>
    /// <param name="rests">As many, ascending for each key; null: all are 0.</param>
    /// <param name="tables">The first divides all boundaries by their keys.</param>
    /// <param name="slots">Of all tables: boundaries below the slot, or the complement of the number of the table that divides it further.</param>
    internal RangeIndex(T[] keys, T[]? rests, Table[] tables, int[] slots)
    {
        _root = tables[0];
        _keys = keys;
        _rests = rests;
        _tables = tables;
        _slots = slots;
    }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize =>
        ((long)(_keys.Length + (_rests?.Length ?? 0)) * Unsafe.SizeOf<T>()) + ((long)_tables.Length * Unsafe.SizeOf<Table>()) + ((long)_slots.Length * sizeof(int));

    /// <summary>Whether the address is in a range, where the boundaries are the starts and ends of ranges in turn.</summary>
    public bool Contains(T key, T rest = default) => (Find(key, rest) & 1) != 0;

    /// <summary>How many boundaries there are up to the address.</summary>
    public int Find(T key, T rest = default)
    {
        var before = _slots[_root.SlotOf(key)];
        return before >= 0 ? Math.Min(_root.End, before + CountKeys(before, key, rest)) : FindIn(~before, key, rest);
    }

    private int FindIn(int table, T key, T rest)
    {
        while (true)
        {
            ref readonly var at = ref _tables[table];
            var before = _slots[at.SlotOf(at.DividesRests ? rest : key)];
            if (before >= 0)
            {
                return Math.Min(at.End, before + (at.DividesRests ? CountRests(before, rest) : CountKeys(before, key, rest)));
            }

            table = ~before;
        }
    }

    /// <summary>
    /// Boundaries up to the address among those of a slot; they ascend, so that the first greater one ends them. What is read is always there, since a
    /// slot begins at a boundary, or behind the last one, and a crowd of entries follows that: no bounds are checked.
    /// </summary>
    private int CountKeys(int first, T key, T rest)
    {
        var upTo = UpTo(_keys, first, key);
        if (_rests is not null && EqualTo(_keys, first, key) is var same and not 0)
        {
            upTo &= ~same | UpTo(_rests, first, rest);
        }

        return BitOperations.TrailingZeroCount(~upTo);
    }

    /// <summary>The same among boundaries of one key; what follows them may be less again and is not counted.</summary>
    private int CountRests(int first, T rest) => BitOperations.TrailingZeroCount(~UpTo(_rests!, first, rest));

    private static uint UpTo(T[] boundaries, int first, T value)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(boundaries);
        return typeof(T) == typeof(uint)
            ? Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref start, (nuint)first), Vector256.Create(value)).ExtractMostSignificantBits()
            : (uint)Vector512.LessThanOrEqual(Vector512.LoadUnsafe(ref start, (nuint)first), Vector512.Create(value)).ExtractMostSignificantBits();
    }

    private static uint EqualTo(T[] boundaries, int first, T value)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(boundaries);
        return typeof(T) == typeof(uint)
            ? Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)first), Vector256.Create(value)).ExtractMostSignificantBits()
            : (uint)Vector512.Equals(Vector512.LoadUnsafe(ref start, (nuint)first), Vector512.Create(value)).ExtractMostSignificantBits();
    }

    /// <summary>Divides some consecutive boundaries by their keys or, where all have the same, by their rests.</summary>
    /// <param name="Lowest">Key or rest of the first of them.</param>
    /// <param name="Shift">Values to a slot, as a power of two.</param>
    /// <param name="FirstSlot">Where its slots are.</param>
    /// <param name="LastSlot">Counted from the first.</param>
    /// <param name="End">Boundaries up to the last of them.</param>
    /// <param name="DividesRests">They have one key.</param>
    internal readonly record struct Table(T Lowest, int Shift, int FirstSlot, int LastSlot, int End, bool DividesRests)
    {
        /// <summary>Where to look for a key, or a rest: the nearest slot, if it lies outside of all.</summary>
        public int SlotOf(T value) => FirstSlot + int.CreateTruncating(T.Min((T.Max(value, Lowest) - Lowest) >>> Shift, T.CreateTruncating(LastSlot)));
    }
}
