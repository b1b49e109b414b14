using MailManager.Messages.Envelope;
using MailManager.Queue.Spool;

namespace MailManager.Queue.Administration;

/// <summary>Finds the rows of a message by its id, without an index and with some dozen reads of single rows.</summary>
/// <remarks>
/// Within a run of ids (<see cref="SpoolSchema"/>), no id is earlier than one before it by more than <see cref="KeySequence.Tolerance"/>. So of the rows before
/// the one that is looked for, none is later by more than the tolerance; of those behind it, none is earlier by more. Halving for the first that is not
/// earlier by more than the tolerance ends at it or before it, since only rows before it are skipped; from there a walk ends at the first that is later by more.
/// </remarks>
internal sealed class MessageLocator : IDisposable
{
    private readonly SqliteStatement _message;
    private readonly SqliteStatement _delivery;
    private readonly SqliteStatement _runs;
    private readonly long _end;

    /// <param name="database">In one read transaction until the end.</param>
    public MessageLocator(SqliteDatabase database)
    {
        _end = database.QueryInteger("SELECT max(key) FROM delivery") + 1;
        _message = database.Prepare("SELECT key,id FROM message WHERE key>=?1 ORDER BY key LIMIT 1");
        _delivery = database.Prepare("SELECT key,message FROM delivery WHERE key>=?1 ORDER BY key LIMIT 1");
        _runs = database.Prepare("SELECT first FROM id_run UNION SELECT max(key)+1 FROM message ORDER BY 1");
    }

    /// <summary>Rows that were read, in all.</summary>
    public int RowsRead { get; private set; }

    /// <summary>Key of the message with this id; null: it is not in the spool. Throws <see cref="SpoolException"/>.</summary>
    public long? FindMessage(MessageId id)
    {
        var begin = 0L;
        foreach (var end in ReadRuns())
        {
            if (FindMessage(id, begin, end) is { } key)
            {
                return key;
            }

            begin = end;
        }

        return null;
    }

    /// <summary>
    /// Key of the first delivery that is left of a message; null: none is. The keys of messages and of their deliveries rise together. Throws
    /// <see cref="SpoolException"/>.
    /// </summary>
    public long? FindDelivery(long message)
    {
        var first = Halve(0, _end, from => ReadDelivery(from) is { } row ? (row.Key, row.Message < message) : null);
        return ReadDelivery(first) is { } found && found.Message == message ? found.Key : null;
    }

    public void Dispose()
    {
        _message.Dispose();
        _delivery.Dispose();
        _runs.Dispose();
    }

    private long? FindMessage(MessageId id, long begin, long end)
    {
        var (earliest, latest) = (id.UnixMilliseconds - KeySequence.Tolerance, id.UnixMilliseconds + KeySequence.Tolerance);
        var first = Halve(begin, end, from => ReadMessage(from) is { } row ? (row.Key, row.Id.UnixMilliseconds < earliest) : null);
        while (ReadMessage(first) is { } row && row.Key < end && row.Id.UnixMilliseconds <= latest)
        {
            if (row.Id == id)
            {
                return row.Key;
            }

            first = row.Key + 1;
        }

        return null;
    }

    /// <summary>The first key that is not before what is looked for, as far as halving tells.</summary>
    /// <param name="begin">The first key of the range.</param>
    /// <param name="end">The first key behind it.</param>
    /// <param name="read">Reads the first row from a key on: its key and whether it is before; null: there is none.</param>
    private static long Halve(long begin, long end, Func<long, (long Key, bool IsBefore)?> read)
    {
        while (begin < end)
        {
            var middle = begin + ((end - begin) / 2);
            if (read(middle) is { } row && row.Key < end && row.IsBefore)
            {
                begin = row.Key + 1;
            }
            else
            {
                end = middle;
            }
        }

        return begin;
    }

    /// <summary>The keys at which runs of ids end, each the first that is not in it.</summary>
    private List<long> ReadRuns()
    {
        List<long> ends = [];
        while (_runs.Step())
        {
            ends.Add(_runs.Integer(0));
        }

        return ends;
    }

    private (long Key, MessageId Id)? ReadMessage(long from)
    {
        RowsRead++;
        try
        {
            return _message.Bind(1, from).Step() ? (_message.Integer(0), _message.Blob(1) is { Length: 16 } id ? MessageId.Read(id) : default) : null;
        }
        finally
        {
            _message.Reset();
        }
    }

    private (long Key, long Message)? ReadDelivery(long from)
    {
        RowsRead++;
        try
        {
            return _delivery.Bind(1, from).Step() ? (_delivery.Integer(0), _delivery.Integer(1)) : null;
        }
        finally
        {
            _delivery.Reset();
        }
    }
}
