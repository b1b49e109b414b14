using System.Buffers;
using System.Runtime.CompilerServices;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>Reads messages from a session's channel, by DATA and by BDAT, and answers them. A slow one costs time, never memory.</summary>
internal sealed class MessageReceiver(SessionChannel channel, SmtpDialogue dialogue, ISmtpSessionHandler handler, SessionLimits limits)
{
    /// <summary>How long a transfer may be slower than the least rate, in milliseconds: the first minute, in which connections find their speed.</summary>
    private const long FreeMilliseconds = 60_000;

    /// <summary>When the message under way was begun; BDAT's chunks share it.</summary>
    private long _started;

    private long _received;

    /// <summary>Reads the data phase to its end and answers it; false: the session is over.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveDataAsync()
    {
        Start();
        var scanner = new DataScanner(handler.MaxMessageSize);
        while (true)
        {
            var arrival = await channel.ReadAsync(TimeLeft()).ConfigureAwait(false);
            if (arrival.Kind is ArrivalKind.Expired or ArrivalKind.Closed)
            {
                return GiveUp(arrival.Kind);
            }

            var ended = Scan(arrival.Buffer, ref scanner, out var consumed);
            channel.Input.AdvanceTo(consumed);
            if (ended)
            {
                break;
            }

            if (arrival.Kind == ArrivalKind.LastData)
            {
                return false;
            }
        }

        return await EndAsync(scanner.Faults).ConfigureAwait(false);
    }

    /// <summary>Reads exactly the octets that BDAT announced and answers it; false: the session is over.</summary>
    /// <param name="isWanted">False: they are only read to get past them.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveChunkAsync(bool isWanted)
    {
        var transaction = dialogue.Transaction;
        if (!isWanted || transaction.Chunks.Length == 0)
        {
            Start();
        }

        for (var left = dialogue.Chunk.Size; left > 0;)
        {
            var arrival = await channel.ReadAsync(TimeLeft()).ConfigureAwait(false);
            if (arrival.Kind is ArrivalKind.Expired or ArrivalKind.Closed)
            {
                return GiveUp(arrival.Kind);
            }

            var octets = arrival.Buffer.Slice(0, Math.Min(left, arrival.Buffer.Length));
            _received += octets.Length;
            left -= octets.Length;
            if (isWanted)
            {
                foreach (var segment in octets)
                {
                    transaction.Chunks.Scan(segment.Span, transaction.Sink!);
                }
            }

            channel.Input.AdvanceTo(octets.End);
            if (left > 0 && arrival.Kind == ArrivalKind.LastData)
            {
                return false;
            }
        }

        if (!isWanted)
        {
            return dialogue.EndDiscardedChunk() != NextStep.Close;
        }

        if (dialogue.Chunk.IsLast)
        {
            transaction.Chunks.Finish();
        }

        // A chunk that cannot be taken ends the transaction at once: what the client sends of the message after it is refused and read past.
        return dialogue.Chunk.IsLast || transaction.Chunks.Faults != DataFaults.None
            ? await EndAsync(transaction.Chunks.Faults).ConfigureAwait(false)
            : dialogue.EndChunk() != NextStep.Close;
    }

    private void Start()
    {
        _started = channel.Now;
        _received = 0;
    }

    /// <summary>The next wait: as long as a session may idle, unless the message as a whole is out of time before.</summary>
    private TimeSpan TimeLeft()
    {
        var latest = (long)limits.DataTimeout.TotalMilliseconds;
        if (limits.MinDataRate > 0)
        {
            latest = Math.Min(latest, FreeMilliseconds + (_received * 1000 / limits.MinDataRate));
        }

        var left = _started + latest - channel.Now;
        return TimeSpan.FromMilliseconds(Math.Clamp(left, 0, (long)limits.IdleTimeout.TotalMilliseconds));
    }

    private bool GiveUp(ArrivalKind kind)
    {
        if (kind == ArrivalKind.Expired)
        {
            dialogue.AnswerAndClose(StandardReplies.TooSlow);
        }

        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> EndAsync(DataFaults faults)
    {
        // However long storage takes, the client's idle time starts after it.
        channel.SetDeadline(limits.DataTimeout);
        var reply = await handler.EndDataAsync(faults, channel.Closed).ConfigureAwait(false);
        return dialogue.EndData(reply) != NextStep.Close;
    }

    private bool Scan(in ReadOnlySequence<byte> buffer, ref DataScanner scanner, out SequencePosition consumed)
    {
        var sink = dialogue.Transaction.Sink!;
        var position = 0L;
        foreach (var segment in buffer)
        {
            var ended = scanner.Scan(segment.Span, sink, out var used);
            position += used;
            if (ended)
            {
                consumed = buffer.GetPosition(position);
                return true;
            }
        }

        _received += position;
        consumed = buffer.End;
        return false;
    }
}
