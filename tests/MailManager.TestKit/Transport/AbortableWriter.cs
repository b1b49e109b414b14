using System.IO.Pipelines;

namespace MailManager.TestKit.Transport;

/// <summary>The server's output as a socket's is: once the connection is aborted, no flush waits for the client any more.</summary>
internal sealed class AbortableWriter(PipeWriter writer) : PipeWriter
{
    private volatile bool _isAborted;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => writer.UnflushedBytes;

    /// <summary>May be called from anywhere.</summary>
    public void Abort()
    {
        _isAborted = true;
        writer.CancelPendingFlush();
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

    public override void Advance(int bytes) => writer.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        _isAborted ? ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: true)) : writer.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => writer.Complete(exception);
}
