using System.Threading.Tasks.Sources;

namespace MailManager.Queue.Spool;

/// <summary>
/// One call of <see cref="IMailQueue.AcceptAsync"/> on its way: filled by the caller, perhaps synced by a <see cref="BodyFileSyncer"/>,
/// stored by the writer, completed on the thread pool, and back in its pool when the caller has read the result.
/// </summary>
internal sealed class AcceptOperation(AcceptOperationPool pool, DeliveryAdmission admission) : IValueTaskSource<AcceptResult>, IThreadPoolWorkItem
{
    // Completion is on a pool thread already and is the last thing done there, so the caller may continue on it.
    private ManualResetValueTaskSourceCore<AcceptResult> _core;

    public MessageBatch Batch { get; } = new();

    /// <summary>What <see cref="Complete"/> will tell.</summary>
    public AcceptResult Result { get; set; }

    public ValueTask<AcceptResult> Task => new(this, _core.Version);

    /// <summary>Lets the caller go on, on the thread pool.</summary>
    public void Complete() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        if (Result == AcceptResult.Committed)
        {
            admission.Admit(Batch);
        }

        Batch.Clear();
        _core.SetResult(Result);
    }

    AcceptResult IValueTaskSource<AcceptResult>.GetResult(short token)
    {
        var result = _core.GetResult(token);
        _core.Reset();
        pool.Return(this);
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<AcceptResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<AcceptResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
