using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace MailManager.Smtp.Client;

/// <summary>Passes everything on to another writer, and the lines of it to an observer.</summary>
internal sealed class ObservedWriter(PipeWriter inner, IDialogueObserver observer) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private Memory<byte> _last;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _last = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        var rest = _last.Span[..bytes];
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            _line.Write(rest[..end]);
            observer.Sent(Encoding.UTF8.GetString(_line.WrittenSpan).TrimEnd('\r'));
            _line.ResetWrittenCount();
        }

        _line.Write(rest);

        // Further octets may follow in the same memory.
        _last = _last[bytes..];
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
