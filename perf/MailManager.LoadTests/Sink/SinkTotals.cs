using System.Text;
using HdrHistogram;
using MailManager.LoadTests.Logs;
using MailManager.LoadTests.Measure;
using MailManager.LoadTests.Messages;

namespace MailManager.LoadTests.Sink;

/// <summary>
/// What the sink has received. A message counts once for each transaction; a duplicate is the same id for the same recipient
/// again. Remembers every (id, recipient): about 100 octets of memory each. Thread-safe.
/// </summary>
internal sealed class SinkTotals(DurableLog? log)
{
    private const long MaxTransitMicroseconds = 3600L * 1000 * 1000;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);
    private readonly LongHistogram _transit = new(1, MaxTransitMicroseconds, 3);
    private long _messages;
    private long _octets;
    private long _unidentified;
    private long _duplicates;
    private long _damaged;
    private long _deferred;
    private long _dropped;
    private long _sessions;
    private long _first;
    private long _last;

    /// <summary>Distinct ids, and messages without an id each for itself.</summary>
    public long Distinct
    {
        get
        {
            lock (_lock)
            {
                return _ids.Count + _unidentified;
            }
        }
    }

    public SinkStats Stats
    {
        get
        {
            lock (_lock)
            {
                return new SinkStats(_messages, _last);
            }
        }
    }

    public void CountSession() => Interlocked.Increment(ref _sessions);

    public void CountDeferred() => Interlocked.Increment(ref _deferred);

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>Notes a message before its 250 is written: the log may then know more than the sender, never less.</summary>
    public void Received(in ReceivedMessage message, int octets, List<string> recipients)
    {
        lock (_lock)
        {
            _messages++;
            _octets += octets;
            _last = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            _first = _first == 0 ? _last : _first;
            if (message.Id.IsEmpty)
            {
                _unidentified++;
                return;
            }

            if (message.SentMicroseconds > 0)
            {
                _transit.RecordValue(Math.Clamp(WallClock.UnixMicroseconds() - message.SentMicroseconds, 1, MaxTransitMicroseconds));
            }

            if (!message.Intact)
            {
                _damaged++;
            }

            var id = Encoding.ASCII.GetString(message.Id);
            _ids.Add(id);
            foreach (var recipient in recipients)
            {
                _duplicates += _seen.Add(id + " " + recipient) ? 0 : 1;
                Log(message.Id, recipient, rejected: false);
            }
        }
    }

    public void Rejected(in ReceivedMessage message, List<string> recipients)
    {
        lock (_lock)
        {
            foreach (var recipient in recipients)
            {
                if (_rejected.Add(Encoding.ASCII.GetString(message.Id) + " " + recipient))
                {
                    Log(message.Id, recipient, rejected: true);
                }
            }
        }
    }

    public void Print(TextWriter output)
    {
        lock (_lock)
        {
            var seconds = Math.Max(_last - _first, 1) / 1000.0;
            output.WriteLine(
                $"messages {_messages} ids {_ids.Count} unidentified {_unidentified} duplicates {_duplicates} damaged {_damaged} "
                + $"deferred {Interlocked.Read(ref _deferred)} rejected {_rejected.Count} dropped {Interlocked.Read(ref _dropped)} "
                + $"sessions {Interlocked.Read(ref _sessions)} octets {_octets} seconds {seconds:F3} rate {_messages / seconds:F0}/s");
            if (_transit.TotalCount > 0)
            {
                double At(double percentile) => _transit.GetValueAtPercentile(percentile) / 1000.0;
                output.WriteLine($"transit {_transit.TotalCount} p50 {At(50):F3} p90 {At(90):F3} p99 {At(99):F3} max {At(100):F3} ms");
            }

            output.Flush();
        }
    }

    /// <summary>Prints, and begins the transit times (from sending to arrival here) anew.</summary>
    public void PrintAndResetTransit(TextWriter output)
    {
        lock (_lock)
        {
            Print(output);
            _transit.Reset();
        }
    }

    private void Log(ReadOnlySpan<byte> id, string recipient, bool rejected)
    {
        if (log is null)
        {
            return;
        }

        Span<byte> line = stackalloc byte[512];
        log.Write(line[..LoadLog.Format(line, id, Encoding.ASCII.GetBytes(recipient), rejected)]);
    }
}
