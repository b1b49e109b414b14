namespace MailManager.Delivery.Pool;

/// <summary>The two steps of stopping: first no new work, then an end to what runs. Thread-safe.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _isAborted;

    /// <summary>Ends attempts to connect.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>Connections are being aborted.</summary>
    public bool IsAborted => _isAborted;

    public void Stop() => _stopping.Cancel();

    public void Abort() => _isAborted = true;

    public void Dispose() => _stopping.Dispose();
}
