using System.Diagnostics.Metrics;
using MailManager.Queue.Spool;

namespace MailManager.Queue;

/// <summary>Instruments of the meter <c>MailManager.Queue</c>. Thread-safe.</summary>
internal sealed class QueueMetrics : IDisposable
{
    private readonly Meter _meter = new("MailManager.Queue");
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _batches;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _storageErrors;
    private readonly Func<int> _inMemory;
    private long _messages;
    private long _deliveries;

    /// <param name="inMemory">Deliveries in memory.</param>
    /// <param name="contentBytes">Octets of the content budget in use.</param>
    /// <param name="overdue">Destinations that the watch for overdue ones has found.</param>
    public QueueMetrics(Func<int> inMemory, Func<long> contentBytes, Func<int> overdue)
    {
        _inMemory = inMemory;
        _accepted = _meter.CreateCounter<long>("mailmanager.queue.accepted", "{message}", "Messages made durable.");
        _batches = _meter.CreateCounter<long>("mailmanager.queue.batches", "{batch}", "Synced transactions.");
        _batchSize = _meter.CreateHistogram<int>("mailmanager.queue.batch.size", "{operation}", "Accepts and settlements in one transaction.");
        _commitDuration = _meter.CreateHistogram<double>("mailmanager.queue.commit.duration", "s", "Time of one transaction, sync included.");
        _storageErrors = _meter.CreateCounter<long>("mailmanager.queue.storage.errors", "{error}", "Failed writes, by kind.");
        _meter.CreateObservableGauge("mailmanager.queue.messages", () => Messages, "{message}", "Messages in the spool.");
        _meter.CreateObservableGauge("mailmanager.queue.deliveries", () => Deliveries, "{delivery}", "Deliveries in the spool.");
        _meter.CreateObservableGauge("mailmanager.queue.deferred", () => WaitingInSpool, "{delivery}", "Deliveries that are in the spool only: they wait for their time, for room or for an order.");
        _meter.CreateObservableGauge("mailmanager.queue.overdue", overdue, "{destination}", "Destinations with deliveries that are past due for no known reason.");
        _meter.CreateObservableGauge("mailmanager.queue.content", contentBytes, "By", "Undelivered messages in memory.");
    }

    public long WaitingInSpool => Math.Max(0, Deliveries - _inMemory());

    public long Messages => Volatile.Read(ref _messages);

    public long Deliveries => Volatile.Read(ref _deliveries);

    public void Recovered(long messages, long deliveries)
    {
        _messages = messages;
        _deliveries = deliveries;
    }

    public void Accepted(int deliveries)
    {
        Interlocked.Increment(ref _messages);
        Interlocked.Add(ref _deliveries, deliveries);
        _accepted.Add(1);
    }

    public void Removed(bool isMessageRemoved)
    {
        Interlocked.Decrement(ref _deliveries);
        if (isMessageRemoved)
        {
            Interlocked.Decrement(ref _messages);
        }
    }

    public void Committed(int operations, TimeSpan duration)
    {
        _batches.Add(1);
        _batchSize.Record(operations);
        _commitDuration.Record(duration.TotalSeconds);
    }

    public void StorageError(SpoolFault fault) =>
        _storageErrors.Add(1, new KeyValuePair<string, object?>("kind", fault == SpoolFault.Full ? "full" : "failed"));

    public void Dispose() => _meter.Dispose();
}
