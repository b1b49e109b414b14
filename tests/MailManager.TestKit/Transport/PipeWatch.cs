using System.IO.Pipelines;

namespace MailManager.TestKit.Transport;

/// <summary>
/// Tells when the reader of a pipe has taken all that was written and waits for more. Only then is it certain what a test's clock, when it is moved,
/// cuts short.
/// </summary>
public sealed class PipeWatch
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _waits = NewSource();

    /// <summary>Returns once the reader waits; throws after 20 seconds.</summary>
    public Task WaitAsync()
    {
        lock (_lock)
        {
            return _waits.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    internal PipeReader Watch(PipeReader reader) => new Reader(this, reader);

    internal PipeWriter Watch(PipeWriter writer) => new Writer(this, writer);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ValueTask<ReadResult> Read(PipeReader reader, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var read = reader.ReadAsync(cancellationToken);
            if (!read.IsCompleted)
            {
                _waits.TrySetResult();
            }

            return read;
        }
    }

    private ValueTask<FlushResult> Flush(PipeWriter writer, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (writer.UnflushedBytes > 0 && _waits.Task.IsCompleted)
            {
                _waits = NewSource();
            }

            return writer.FlushAsync(cancellationToken);
        }
    }

    private sealed class Reader(PipeWatch watch, PipeReader reader) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => watch.Read(reader, cancellationToken);

        public override bool TryRead(out ReadResult result) => reader.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => reader.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override void Complete(Exception? exception = null) => reader.Complete(exception);
    }

    private sealed class Writer(PipeWatch watch, PipeWriter writer) : PipeWriter
    {
        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

        public override void Advance(int bytes) => writer.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => watch.Flush(writer, cancellationToken);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => writer.Complete(exception);
    }
}
