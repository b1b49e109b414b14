using System.Numerics;
using System.Runtime.InteropServices;

namespace MailManager.Rules.Cidr;

/// <summary>Makes a <see cref="RangeIndex{T}"/> for one address family. Used once.</summary>
internal sealed class RangeIndexBuilder<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Boundaries for each slot of a table, on average.</summary>
    private const int Density = 2;

    private readonly List<(T First, T Last)> _ranges = [];
    private readonly List<RangeIndex<T>.Table> _tables = [];
    private readonly List<int> _slots = [];
    private List<T> _boundaries = [];

    public void Add(T first, T last) => _ranges.Add((first, last));

    /// <summary>An index of the added ranges; those that touch or overlap become one.</summary>
    public RangeIndex<T> Build()
    {
        Merge();
        return Build(_boundaries);
    }

    /// <param name="boundaries">Ascending, each once.</param>
    public RangeIndex<T> Build(List<T> boundaries)
    {
        _boundaries = boundaries;
        _tables.Add(default);
        if (_boundaries.Count > 0)
        {
            Divide(table: 0, 0, _boundaries.Count);
        }

        return new RangeIndex<T>(_boundaries, [.. _tables], [.. _slots]);
    }

    private void Merge()
    {
        _ranges.Sort(static (a, b) => a.First.CompareTo(b.First));
        for (var i = 0; i < _ranges.Count;)
        {
            var (first, last) = _ranges[i++];
            while (i < _ranges.Count && (last == T.MaxValue || _ranges[i].First <= last + T.One))
            {
                last = T.Max(last, _ranges[i++].Last);
            }

            _boundaries.Add(first);
            if (last != T.MaxValue)
            {
                _boundaries.Add(last + T.One);
            }
        }
    }

    private void Divide(int table, int from, int to)
    {
        var boundaries = CollectionsMarshal.AsSpan(_boundaries);
        var lowest = boundaries[from];
        var span = boundaries[to - 1] - lowest;
        var most = T.CreateTruncating(Math.Max(2, (to - from) / Density));
        var shift = 0;
        while (span >>> shift >= most)
        {
            shift++;
        }

        var slots = int.CreateTruncating(span >>> shift) + 1;
        var firstSlot = _slots.Count;
        _tables[table] = new RangeIndex<T>.Table(lowest, shift, firstSlot, slots, from, to - from);
        var next = from;
        for (var slot = 0; slot < slots; slot++)
        {
            _slots.Add(next);
            while (next < to && (boundaries[next] - lowest) >>> shift == T.CreateTruncating(slot))
            {
                next++;
            }
        }

        var end = to;
        for (var slot = firstSlot + slots - 1; slot >= firstSlot; slot--)
        {
            var begin = _slots[slot];
            if (end - begin > RangeIndex<T>.Crowd)
            {
                _slots[slot] = ~_tables.Count;
                _tables.Add(default);
                Divide(_tables.Count - 1, begin, end);
            }

            end = begin;
        }
    }
}
