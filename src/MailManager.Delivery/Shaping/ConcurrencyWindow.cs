namespace MailManager.Delivery.Shaping;

/// <summary>
/// How many connections a destination gets. Each success adds one until the destination first shows that it has too much; from then on a whole round of
/// successes does. Each sign of too much halves it, but once in a round: attempts that had begun before are of the earlier round and say nothing new.
/// Not thread-safe.
/// </summary>
internal sealed class ConcurrencyWindow
{
    private readonly int _usualMax;
    private int _max;
    private int _successes;

    /// <param name="initial">The first size, at least 1.</param>
    /// <param name="max">The largest size, at least 1.</param>
    public ConcurrencyWindow(int initial, int max)
    {
        _usualMax = max;
        _max = max;
        Size = Math.Min(initial, max);
    }

    /// <summary>From 1 to the largest size.</summary>
    public int Size { get; private set; }

    /// <summary>Changes with each halving; an attempt belongs to the round that it began in.</summary>
    public int Round { get; private set; }

    /// <summary>Sets a lower largest size, or the usual one again, to which it then grows.</summary>
    /// <param name="limit">At least 1; null: the usual one.</param>
    public void Limit(int? limit)
    {
        _max = Math.Min(limit ?? _usualMax, _usualMax);
        Size = Math.Min(Size, _max);
    }

    /// <summary>Begins again with one: nothing is known any more of what the destination takes.</summary>
    public void Collapse()
    {
        Round++;
        Size = 1;
        _successes = 0;
    }

    /// <summary>Takes in how an attempt ended. True: there is room for one more connection than before.</summary>
    public bool Apply(AttemptSign sign, int round)
    {
        if (round != Round || sign == AttemptSign.None)
        {
            return false;
        }

        if (sign == AttemptSign.Congested)
        {
            Round++;
            Size = Math.Max(1, Size / 2);
            _successes = 0;
            return false;
        }

        if (Size >= _max || (Round > 0 && ++_successes < Size))
        {
            return false;
        }

        Size++;
        _successes = 0;
        return true;
    }
}
