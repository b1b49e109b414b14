using System.Numerics;
using System.Runtime.CompilerServices;

namespace MailManager.Rules.Cidr;

/// <summary>Makes a <see cref="RangeIndex{T}"/> for one address family. Used once.</summary>
internal sealed class RangeIndexBuilder<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Boundaries for each slot of a table, on average.</summary>
    private const int Density = 2;

    private static readonly int KeyLength = Unsafe.SizeOf<T>() * 8;

    private readonly List<(UInt128 First, UInt128 Last)> _ranges = [];
    private readonly List<RangeIndex<T>.Table> _tables = [];
    private readonly List<int> _slots = [];
    private T[] _keys = [];
    private T[]? _rests;

    /// <summary>Left-aligned, as in <see cref="AddressBits.Bits"/>: the last address ends in bits that are set.</summary>
    public void Add(CidrPrefix prefix) =>
        _ranges.Add((prefix.Bits, prefix.Bits | (prefix.Length == 128 ? 0 : UInt128.MaxValue >> prefix.Length)));

    /// <summary>An index of the added ranges; those that touch or overlap become one.</summary>
    public RangeIndex<T> Build() => Build(Merge());

    /// <param name="boundaries">Left-aligned, ascending, each once.</param>
    public RangeIndex<T> Build(List<UInt128> boundaries)
    {
        var count = boundaries.Count;
        _keys = new T[count + RangeIndex<T>.Crowd];
        Array.Fill(_keys, T.MaxValue);
        for (var i = 0; i < count; i++)
        {
            _keys[i] = T.CreateTruncating(boundaries[i] >> (128 - KeyLength));
            var rest = T.CreateTruncating(boundaries[i] >> (128 - (KeyLength * 2)));
            if (rest != T.Zero)
            {
                _rests ??= new T[_keys.Length];
                _rests[i] = rest;
            }
        }

        _rests?.AsSpan(count).Fill(T.MaxValue);
        _tables.Add(default);
        Divide(table: 0, 0, count, dividesRests: false);
        return new RangeIndex<T>(_keys, _rests, [.. _tables], [.. _slots]);
    }

    private List<UInt128> Merge()
    {
        var boundaries = new List<UInt128>(_ranges.Count * 2);
        _ranges.Sort(static (a, b) => a.First.CompareTo(b.First));
        for (var i = 0; i < _ranges.Count;)
        {
            var (first, last) = _ranges[i++];
            while (i < _ranges.Count && (last == UInt128.MaxValue || _ranges[i].First <= last + 1))
            {
                last = UInt128.Max(last, _ranges[i++].Last);
            }

            boundaries.Add(first);
            if (last != UInt128.MaxValue)
            {
                boundaries.Add(last + 1);
            }
        }

        return boundaries;
    }

    private void Divide(int table, int from, int to, bool dividesRests)
    {
        var values = dividesRests ? _rests! : _keys;
        var lowest = values[from];
        var span = from < to ? values[to - 1] - lowest : T.Zero;
        var most = T.CreateTruncating(Math.Max(2, (to - from) / Density));
        var shift = 0;
        while (span >>> shift >= most)
        {
            shift++;
        }

        var firstSlot = _slots.Count;
        var slots = int.CreateTruncating(span >>> shift) + 1;
        _tables[table] = new RangeIndex<T>.Table(lowest, shift, firstSlot, slots - 1, to, dividesRests);
        var next = from;
        for (var slot = 0; slot < slots; slot++)
        {
            _slots.Add(next);
            while (next < to && (values[next] - lowest) >>> shift == T.CreateTruncating(slot))
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
                Divide(_tables.Count - 1, begin, end, dividesRests || span == T.Zero);
            }

            end = begin;
        }
    }
}
