using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MailManager.Rules.Cidr;

/// <summary>
/// Between which two of many boundaries an address lies, two millions of them: a multibit trie with buckets for leaves. Immutable, thread-safe, allocates nothing.
/// </summary>
/// <remarks>
/// Ranges are one sorted list of boundaries: the first address of a range, the first address behind it, the first of the next. To find the number
/// of boundaries up to an address, the distance from the lowest
/// boundary, divided by a power of two, selects a slot of a table, in which few boundaries are left to count; where many fall on one slot, because
/// ranges lie close together, it has a table of its own. Counting compares a fixed number of boundaries without a branch, so that the processor
/// need not guess and can look up several addresses at a time: boundaries behind those of the slot are greater than the address anyway.
/// </remarks>
/// <typeparam name="T"><see cref="uint"/> for IPv4, <see cref="UInt128"/> for IPv6.</typeparam>
internal sealed class RangeIndex<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>More boundaries than this in one slot have a table of their own.</summary>
    internal const int Crowd = 8;

    private readonly T[] _boundaries;
    private readonly int _count;
    private readonly Table[] _tables;
    private readonly int[] _slots;

    /// <param name="boundaries">Ascending.</param>
    /// <param name="tables">The first divides all boundaries, if there are any.</param>
    /// <param name="slots">Of all tables: boundaries below the slot, or the complement of the number of the table that divides it further.</param>
    internal RangeIndex(List<T> boundaries, Table[] tables, int[] slots)
    {
        _count = boundaries.Count;
        _boundaries = [.. boundaries, .. Enumerable.Repeat(T.MaxValue, Crowd)];
        _tables = tables;
        _slots = slots;
    }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize =>
        ((long)_boundaries.Length * Unsafe.SizeOf<T>()) + ((long)_tables.Length * Unsafe.SizeOf<Table>()) + ((long)_slots.Length * sizeof(int));

    /// <summary>Whether the address is in a range, where the boundaries are the starts and ends of ranges in turn.</summary>
    public bool Contains(T address) => (Find(address) & 1) != 0;

    /// <summary>How many boundaries there are up to the address.</summary>
    public int Find(T address)
    {
        var table = 0;
        while (true)
        {
            ref readonly var at = ref _tables[table];
            if (address < at.Lowest)
            {
                return at.Before;
            }

            var number = (address - at.Lowest) >>> at.Shift;
            if (number >= T.CreateTruncating(at.Slots))
            {
                return at.Before + at.Boundaries;
            }

            var before = _slots[at.FirstSlot + int.CreateTruncating(number)];
            if (before >= 0)
            {
                return Math.Min(_count, before + CountUpTo(address, _boundaries.AsSpan(before, Crowd)));
            }

            table = ~before;
        }
    }

    private static int CountUpTo(T address, ReadOnlySpan<T> boundaries)
    {
        if (typeof(T) == typeof(uint))
        {
            var few = MemoryMarshal.Cast<T, uint>(boundaries);
            var isUpTo = Vector256.LessThanOrEqual(Vector256.Create(few), Vector256.Create(uint.CreateTruncating(address)));
            return BitOperations.PopCount(isUpTo.ExtractMostSignificantBits());
        }

        // Compared by halves, since the operators of UInt128 branch.
        var (upper, lower) = Halves(address);
        var count = 0;
        foreach (ref readonly var boundary in boundaries)
        {
            var (boundaryUpper, boundaryLower) = Halves(boundary);
            count += (boundaryUpper < upper) | ((boundaryUpper == upper) & (boundaryLower <= lower)) ? 1 : 0;
        }

        return count;
    }

    private static (ulong Upper, ulong Lower) Halves(T value)
    {
        var whole = UInt128.CreateTruncating(value);
        return ((ulong)(whole >> 64), (ulong)whole);
    }

    /// <summary>Divides some consecutive boundaries.</summary>
    /// <param name="Lowest">The first of them.</param>
    /// <param name="Shift">Addresses to a slot, as a power of two.</param>
    /// <param name="FirstSlot">Where its slots are.</param>
    /// <param name="Slots">How many they are.</param>
    /// <param name="Before">Boundaries below <paramref name="Lowest"/>.</param>
    /// <param name="Boundaries">How many it divides.</param>
    internal readonly record struct Table(T Lowest, int Shift, int FirstSlot, int Slots, int Before, int Boundaries);
}
