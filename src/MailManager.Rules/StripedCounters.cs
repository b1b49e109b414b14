using System.Numerics;

namespace MailManager.Rules;

/// <summary>Counters that many threads add to at once without waiting for each other's cache lines. Thread-safe; adding allocates nothing.</summary>
internal sealed class StripedCounters
{
    private const int MaxStripes = 8;

    /// <summary>Unused on both sides of a stripe, so that no two share a cache line: 128 octets, as caches fetch lines in pairs.</summary>
    private const int Padding = 16;

    private readonly long[][] _stripes;

    public StripedCounters(int count)
    {
        var stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MaxStripes));
        _stripes = [.. Enumerable.Range(0, stripes).Select(_ => new long[count + (2 * Padding)])];
    }

    public void Add(int counter) =>
        Interlocked.Increment(ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)][Padding + counter]);

    /// <summary>The sum of all stripes; while others add, some moment's.</summary>
    public long Read(int counter) => _stripes.Sum(stripe => Volatile.Read(ref stripe[Padding + counter]));
}
