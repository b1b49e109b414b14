using System.Collections.Concurrent;
using System.Diagnostics;
using HdrHistogram;

namespace MailManager.LoadTests.Load;

/// <summary>Counts and latencies of one run; written by all sessions. Latencies are microseconds, up to ten minutes.</summary>
internal sealed class LoadResult
{
    private const long MaxMicroseconds = 600L * 1000 * 1000;
    private readonly LongConcurrentHistogram[] _phases = new LongConcurrentHistogram[Enum.GetValues<Phase>().Length];
    private readonly ConcurrentDictionary<string, long> _errors = new();
    private long _accepted;
    private long _failed;
    private long _octets;
    private long _connections;
    private long _lastAccepted;

    public LoadResult()
    {
        for (var i = 0; i < _phases.Length; i++)
        {
            _phases[i] = new LongConcurrentHistogram(1, MaxMicroseconds, 3);
        }
    }

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Octets of the accepted messages as they travelled.</summary>
    public long Octets => Interlocked.Read(ref _octets);

    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Timestamp of the last 250 after a final dot; 0 before the first.</summary>
    public long LastAccepted => Interlocked.Read(ref _lastAccepted);

    /// <summary>What went wrong, as <c>MAIL 451</c> or <c>connection closed</c>, with how often.</summary>
    public IEnumerable<KeyValuePair<string, long>> Errors => _errors.OrderBy(static e => e.Key, StringComparer.Ordinal);

    public HistogramBase this[Phase phase] => _phases[(int)phase];

    public void Record(Phase phase, long from, long to)
    {
        var microseconds = (long)Stopwatch.GetElapsedTime(from, to).TotalMicroseconds;
        _phases[(int)phase].RecordValue(Math.Clamp(microseconds, 1, MaxMicroseconds));
    }

    public void CountConnection() => Interlocked.Increment(ref _connections);

    public void CountAccepted(int octets, long timestamp)
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Add(ref _octets, octets);
        Interlocked.Exchange(ref _lastAccepted, timestamp);
    }

    public void CountFailed() => Interlocked.Increment(ref _failed);

    public void CountError(string what) => _errors.AddOrUpdate(what, 1, static (_, n) => n + 1);
}
