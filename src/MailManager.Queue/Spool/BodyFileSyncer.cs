namespace MailManager.Queue.Spool;

/// <summary>
/// Syncs the body files of concurrent sessions in parallel, on threads of its own: the file system joins syncs that overlap, and neither
/// the writer nor the thread pool may wait for a disk. Threads are made when first needed and then stay. Thread-safe.
/// </summary>
internal sealed class BodyFileSyncer(SpoolWriter writer, StorageWatch watch)
{
    /// <summary>Syncs in flight at a time; beyond it disks gain little.</summary>
    private const int MaximumThreads = 8;

    private readonly object _gate = new();
    private readonly Queue<AcceptOperation> _waiting = new();
    private readonly List<Thread> _threads = [];
    private int _idle;
    private bool _isStopping;

    /// <summary>Hands the operation to the writer once its files are durable, or completes it with the failure.</summary>
    public void Enqueue(AcceptOperation operation)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                operation.Result = AcceptResult.StorageFailed;
                operation.Complete();
                return;
            }

            _waiting.Enqueue(operation);
            if (_idle >= _waiting.Count || _threads.Count == MaximumThreads)
            {
                Monitor.Pulse(_gate);
                return;
            }

            var thread = new Thread(Run) { IsBackground = true, Name = $"Body file sync {_threads.Count + 1}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Finishes what waits. Blocks.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Run()
    {
        while (Next() is { } operation)
        {
            try
            {
                operation.Batch.SyncFiles();
                writer.Enqueue(operation);
            }
            catch (IOException exception)
            {
                operation.Result = PosixFile.IsFull(exception) ? AcceptResult.StorageFull : AcceptResult.StorageFailed;
                watch.Failed(PosixFile.IsFull(exception) ? SpoolFault.Full : SpoolFault.Failed, exception);
                operation.Complete();
            }
        }
    }

    private AcceptOperation? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isStopping)
            {
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }

            return _waiting.TryDequeue(out var operation) ? operation : null;
        }
    }
}
