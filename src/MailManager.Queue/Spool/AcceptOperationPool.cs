using System.Collections.Concurrent;

namespace MailManager.Queue.Spool;

/// <summary>Keeps accept operations for reuse. Thread-safe.</summary>
internal sealed class AcceptOperationPool(DeliveryAdmission admission)
{
    /// <summary>More sessions than this at one time are rare, and an operation is small.</summary>
    private const int Capacity = 1024;

    private readonly ConcurrentQueue<AcceptOperation> _free = new();
    private int _count;

    public AcceptOperation Rent()
    {
        if (!_free.TryDequeue(out var operation))
        {
            return new AcceptOperation(this, admission);
        }

        Interlocked.Decrement(ref _count);
        return operation;
    }

    public void Return(AcceptOperation operation)
    {
        if (Interlocked.Increment(ref _count) <= Capacity)
        {
            _free.Enqueue(operation);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
