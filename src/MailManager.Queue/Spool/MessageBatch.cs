using System.Runtime.InteropServices;
using MailManager.Messages.Bytes;
using MailManager.Queue.Schedule;

namespace MailManager.Queue.Spool;

/// <summary>
/// Messages that become durable together, with their records already encoded, so that the writer's thread only stores octets. Holds a
/// reference on each content from <see cref="Add"/> to <see cref="Clear"/>. Used by one thread at a time.
/// </summary>
internal sealed class MessageBatch
{
    private readonly RecordWriter _records = new();
    private readonly List<int> _recordEnds = [];

    // Of each delivery, in their order.
    private readonly List<RowState> _states = [];
    private Entry[] _entries = new Entry[1];

    public int Count { get; private set; }

    /// <summary>Octets that go into the database, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>Some content is in a file.</summary>
    public bool HasFiles { get; private set; }

    /// <summary>Some content is in a file whose name is not durable yet.</summary>
    public bool HasNewFiles { get; private set; }

    public ref readonly Entry this[int index] => ref _entries[index];

    public void Add(in AcceptedMessage accepted)
    {
        var (message, content) = accepted;
        if (message.Deliveries.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"Message {message.Id} has no deliveries.", nameof(accepted));
        }

        if (content.File is { } file && (file is not BodyFile body || !body.TryOwn()))
        {
            throw new ArgumentException($"The file of message {message.Id} is not from this queue's store, or is another message's.", nameof(accepted));
        }

        var before = _records.Length;
        EnvelopeRecord.Write(_records, message.Origin, message.Envelope);
        _recordEnds.Add(_records.Length);
        if (message.History is { } history)
        {
            HistoryRecord.Write(_records, history);
        }

        _recordEnds.Add(_records.Length);
        foreach (var instructions in message.Deliveries)
        {
            InstructionsRecord.Write(_records, instructions);
            _recordEnds.Add(_records.Length);
        }

        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _entries[Count++] = new Entry { Message = message, Content = content.AddReference() };
        Bytes += _records.Length - before + (content.IsInMemory ? content.Length : 0);
        HasFiles |= !content.IsInMemory;
        HasNewFiles |= content.File is BodyFile { IsNew: true };
    }

    /// <summary>Makes the contents that are in files durable. Blocks; throws <see cref="IOException"/>.</summary>
    public void SyncFiles()
    {
        foreach (ref readonly var entry in _entries.AsSpan(0, Count))
        {
            if (entry.Content.File is BodyFile file)
            {
                file.Sync();
            }
        }
    }

    /// <summary>
    /// Inserts all rows under new keys; those of deliveries for which <paramref name="window"/> has no room wait in the spool from the
    /// beginning.
    /// </summary>
    public void Insert(SpoolStore store, KeySequence keys, DispatchWindow window)
    {
        _states.Clear();
        var record = 0;
        var start = 0;
        var offset = window.Clock.Offset;
        foreach (ref var entry in _entries.AsSpan(0, Count))
        {
            var (message, content) = (entry.Message, entry.Content);
            entry.FirstDelivery = keys.NextDeliveries(message.Deliveries.Length);
            entry.Spooled = new SpooledMessage(keys.NextMessage(message.Id, out var beginsRun), content.File?.Name) { HasOneDelivery = message.Deliveries.Length == 1 };
            entry.FirstState = _states.Count;
            if (beginsRun)
            {
                store.BeginRun(entry.Spooled.Key);
            }

            var row = new MessageRow(
                entry.Spooled.Key, message.Id, InQueueTime(message.ReceivedAt), InQueueTime(message.ExpiresAt), content.Length, content.Head.Length, entry.Spooled.File);
            store.InsertMessage(row, NextRecord(), NextRecord(), content.IsInMemory ? content.Head.Span : default);
            for (var i = 0; i < message.Deliveries.Length; i++)
            {
                var destination = message.Deliveries[i].Destination;
                var state = window.HasRoom(destination) ? RowState.InMemory : RowState.Waiting;
                _states.Add(state);
                store.InsertDelivery(entry.FirstDelivery + i, entry.Spooled.Key, destination, state, row.ReceivedAt, NextRecord());
            }
        }

        long InQueueTime(DateTimeOffset wall) => (wall - offset).ToUnixTimeMilliseconds();

        ReadOnlySpan<byte> NextRecord()
        {
            var end = _recordEnds[record++];
            var bytes = _records.Written[start..end];
            start = end;
            return bytes;
        }
    }

    /// <summary>The states of an entry's deliveries; valid after <see cref="Insert"/>.</summary>
    public ReadOnlySpan<RowState> StatesOf(in Entry entry) => CollectionsMarshal.AsSpan(_states).Slice(entry.FirstState, entry.Message.Deliveries.Length);

    /// <summary>Deletes what <see cref="Insert"/> has inserted before it failed.</summary>
    public void Withdraw(SpoolStore store)
    {
        List<MessageRows> rows = [];
        AddRows(rows);
        foreach (var row in rows)
        {
            row.Delete(store);
        }
    }

    /// <summary>Adds the rows that <see cref="Insert"/> has inserted, or would have: deleting one that is not there does no harm.</summary>
    public void AddRows(List<MessageRows> rows)
    {
        foreach (ref readonly var entry in _entries.AsSpan(0, Count))
        {
            if (entry.Spooled is { } spooled)
            {
                rows.Add(new MessageRows(spooled.Key, entry.FirstDelivery, entry.Message.Deliveries.Length));
            }
        }
    }

    /// <summary>Releases the contents and forgets everything.</summary>
    public void Clear()
    {
        foreach (ref readonly var entry in _entries.AsSpan(0, Count))
        {
            entry.Content.Release();
        }

        Array.Clear(_entries, 0, Count);
        Count = 0;
        Bytes = 0;
        HasFiles = false;
        HasNewFiles = false;
        _records.Clear();
        _recordEnds.Clear();
        _states.Clear();
    }

    /// <summary>One message; keys are valid after <see cref="Insert"/>.</summary>
    internal struct Entry
    {
        public QueuedMessage Message;
        public MessageContent Content;
        public SpooledMessage? Spooled;
        public long FirstDelivery;
        public int FirstState;
    }
}

/// <summary>The rows of one message.</summary>
internal readonly record struct MessageRows(long Message, long FirstDelivery, int Deliveries)
{
    public void Delete(SpoolStore store)
    {
        for (var i = 0; i < Deliveries; i++)
        {
            store.DeleteDelivery(FirstDelivery + i);
        }

        store.DeleteMessage(Message);
    }
}
