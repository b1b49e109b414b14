using System.Diagnostics;
using System.Threading.Channels;

namespace MailManager.LoadTests.Load;

/// <summary>A message to send: its number, and the timestamp from which its latency counts.</summary>
internal readonly record struct Arrival(long Number, long Intended);

/// <summary>
/// Hands out message numbers. In the open loop every number has an arrival time that was fixed before the run, and latency
/// counts from it: a server that stalls is charged for the messages that would have come meanwhile. Thread-safe.
/// </summary>
internal sealed class Arrivals
{
    private readonly double _ticksBetween;
    private readonly long _limit;
    private readonly long _start;
    private readonly long _end;
    private readonly Channel<Arrival>? _due;
    private long _next = -1;

    /// <param name="rate">Arrivals per second; 0 is the closed loop, in which each call gets a number at once.</param>
    /// <param name="messages">0 is no limit.</param>
    /// <param name="duration">Zero is no limit.</param>
    public Arrivals(double rate, long messages, TimeSpan duration, long startTimestamp)
    {
        _ticksBetween = rate > 0 ? Stopwatch.Frequency / rate : 0;
        _limit = messages > 0 ? messages : long.MaxValue;
        _start = startTimestamp;
        _end = duration > TimeSpan.Zero ? _start + (long)(duration.TotalSeconds * Stopwatch.Frequency) : long.MaxValue;
        if (rate > 0)
        {
            _due = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleWriter = true });
            new Thread(Pace) { IsBackground = true, Name = "arrivals" }.Start();
        }
    }

    /// <summary>Waits for the next arrival; null is the end.</summary>
    public async ValueTask<Arrival?> NextAsync()
    {
        if (_due is not null)
        {
            while (await _due.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                if (_due.Reader.TryRead(out var due))
                {
                    return due;
                }
            }

            return null;
        }

        var number = Interlocked.Increment(ref _next);
        var now = Stopwatch.GetTimestamp();
        return number >= _limit || now >= _end ? null : new Arrival(number, now);
    }

    /// <summary>
    /// A thread of its own, because timers here count whole milliseconds. It wakes within about 0.1 ms of an arrival on an
    /// idle machine; its lateness is part of the latency, and shown as phase <c>Wait</c>.
    /// </summary>
    private void Pace()
    {
        for (long number = 0; number < _limit; number++)
        {
            var intended = _start + (long)(number * _ticksBetween);
            if (intended >= _end)
            {
                break;
            }

            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), intended);
            if (wait > TimeSpan.Zero)
            {
                PreciseSleep.Wait(wait);
            }

            _due!.Writer.TryWrite(new Arrival(number, intended));
        }

        _due!.Writer.Complete();
    }
}
