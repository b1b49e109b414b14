namespace MailManager.LoadTests.Messages;

/// <summary>
/// Message sizes with weights: <c>10KiB</c> or <c>1KiB:50,10KiB:40,100KiB:10</c>. Which message gets which size is a function
/// of its number, so two runs send the same sequence.
/// </summary>
internal sealed class SizeMix
{
    /// <summary>Octets; larger messages are refused, because every session keeps one buffer of each size it sends.</summary>
    public const int MaxSize = 64 * 1024 * 1024;

    private readonly int[] _cumulativeWeights;

    private SizeMix(int[] sizes, int[] cumulativeWeights)
    {
        Sizes = sizes;
        _cumulativeWeights = cumulativeWeights;
    }

    /// <summary>Octets of each kind of message.</summary>
    public int[] Sizes { get; }

    /// <summary>Index into <see cref="Sizes"/> for the message of this number.</summary>
    public int Pick(long number)
    {
        if (_cumulativeWeights.Length == 1)
        {
            return 0;
        }

        // A golden-ratio walk spreads the sizes evenly over any short window and needs no shared random state.
        var ticket = (int)((ulong)number * 0x9E3779B97F4A7C15UL >> 40) % _cumulativeWeights[^1];
        var index = Array.BinarySearch(_cumulativeWeights, ticket + 1);
        return index < 0 ? ~index : index;
    }

    /// <summary>Null when the text is not a mix, or a size or weight is out of range.</summary>
    public static SizeMix? TryParse(string text)
    {
        var parts = text.Split(',');
        var sizes = new int[parts.Length];
        var weights = new int[parts.Length];
        var total = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var pair = parts[i].Split(':');
            var weight = 1;
            if (pair.Length > 2 || (pair.Length == 2 && (!int.TryParse(pair[1], out weight) || weight is < 1 or > 10_000)))
            {
                return null;
            }

            var size = ParseSize(pair[0]);
            if (size is < 1 or > MaxSize)
            {
                return null;
            }

            sizes[i] = (int)size;
            weights[i] = total += weight;
        }

        return new SizeMix(sizes, weights);
    }

    /// <summary>Octets of <c>512</c>, <c>10KiB</c> or <c>2MiB</c>; -1 for anything else.</summary>
    private static long ParseSize(string text)
    {
        var (digits, unit) = text switch
        {
            _ when text.EndsWith("KiB", StringComparison.OrdinalIgnoreCase) => (text[..^3], 1024L),
            _ when text.EndsWith("MiB", StringComparison.OrdinalIgnoreCase) => (text[..^3], 1024L * 1024),
            _ => (text, 1L),
        };
        return int.TryParse(digits, out var number) && number > 0 ? number * unit : -1;
    }
}
