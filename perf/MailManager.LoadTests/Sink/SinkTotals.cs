using System.Text;
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
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);
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
            output.Flush();
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
