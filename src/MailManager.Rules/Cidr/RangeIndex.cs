using System.Numerics;
using System.Runtime.CompilerServices;

namespace MailManager.Rules.Cidr;

/// <summary>
/// Whether an address is in any of many ranges, a million of them: only that, not in which. Immutable, thread-safe, allocates nothing.
/// </summary>
/// <remarks>
/// Ranges that touch or overlap are merged. What is left is one sorted list of boundaries: the first address of a range, the first address behind it,
/// the first of the next. An address is inside when the number of boundaries up to it is odd. To find that number, the distance from the lowest
/// boundary, divided by a power of two, selects a slot of a table, in which few boundaries are left to count; where many fall on one slot, because
/// ranges lie close together, it has a table of its own.
/// </remarks>
/// <typeparam name="T"><see cref="uint"/> for IPv4, <see cref="UInt128"/> for IPv6.</typeparam>
internal sealed class RangeIndex<T>
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly T[] _boundaries;
    private readonly Table[] _tables;
    private readonly Slot[] _slots;

    internal RangeIndex(T[] boundaries, Table[] tables, Slot[] slots)
    {
        _boundaries = boundaries;
        _tables = tables;
        _slots = slots;
    }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize =>
        ((long)_boundaries.Length * Unsafe.SizeOf<T>()) + ((long)_tables.Length * Unsafe.SizeOf<Table>()) + ((long)_slots.Length * Unsafe.SizeOf<Slot>());

    public bool Contains(T address)
    {
        var table = 0;
        while (true)
        {
            ref readonly var at = ref _tables[table];
            if (address < at.Lowest)
            {
                return IsOdd(at.Before);
            }

            var number = (address - at.Lowest) >>> at.Shift;
            if (number >= T.CreateTruncating(at.Slots))
            {
                return IsOdd(at.Before + at.Boundaries);
            }

            var slots = _slots.AsSpan(at.FirstSlot + int.CreateTruncating(number), 2);
            if (slots[0].Table != Slot.NoTable)
            {
                table = slots[0].Table;
                continue;
            }

            var count = slots[0].Before;
            while (count < slots[1].Before && _boundaries[count] <= address)
            {
                count++;
            }

            return IsOdd(count);
        }
    }

    private static bool IsOdd(int count) => (count & 1) != 0;

    /// <summary>Divides some consecutive boundaries.</summary>
    /// <param name="Lowest">The first of them.</param>
    /// <param name="Shift">Addresses to a slot, as a power of two.</param>
    /// <param name="FirstSlot">Where its slots are. They are followed by one that only says where the last one ends.</param>
    /// <param name="Slots">How many they are.</param>
    /// <param name="Before">Boundaries below <paramref name="Lowest"/>.</param>
    /// <param name="Boundaries">How many it divides.</param>
    internal readonly record struct Table(T Lowest, int Shift, int FirstSlot, int Slots, int Before, int Boundaries);

    /// <param name="Before">Boundaries below it.</param>
    /// <param name="Table">The table that divides it further.</param>
    internal readonly record struct Slot(int Before, int Table)
    {
        /// <summary>The first table divides everything, never a slot.</summary>
        public const int NoTable = 0;
    }
}
