using System.Numerics;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>A set of small numbers below a fixed count.</summary>
internal readonly struct BitSet(int count)
{
    private readonly ulong[] _words = new ulong[(count + 63) / 64];

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public bool this[int number] => (_words[number >> 6] & (1UL << number)) != 0;

    /// <summary>All numbers below the count.</summary>
    public static BitSet Full(int count)
    {
        var set = new BitSet(count);
        for (var i = 0; i < count; i++)
        {
            set.Add(i);
        }

        return set;
    }

    public void Add(int number) => _words[number >> 6] |= 1UL << number;

    public BitSet Clone()
    {
        var copy = new BitSet(_words.Length * 64);
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    /// <summary>Takes out what is not in the other set.</summary>
    public void IntersectWith(BitSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= other._words[i];
        }
    }

    public bool Intersects(BitSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & other._words[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether some number is in all three.</summary>
    public bool Intersects(BitSet second, BitSet third)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & second._words[i] & third._words[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The members in ascending order.</summary>
    public IEnumerable<int> Members()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                yield return (i * 64) + BitOperations.TrailingZeroCount(word);
            }
        }
    }
}
