using System.Buffers;
using System.IO.Pipelines;

namespace MailManager.TestKit.Transport;

/// <summary>
/// A pipe whose every read shows at most so many octets more than were examined before. To write them one by one would not do: a reader that comes
/// late gets all that was written until then.
/// </summary>
/// <param name="pieceLength">At least 1.</param>
internal sealed class PieceReader(PipeReader reader, int pieceLength) : PipeReader
{
    private ReadOnlySequence<byte> _shown;
    private long _examined;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Cut(await reader.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        var isRead = reader.TryRead(out result);
        result = isRead ? Cut(result) : default;
        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _examined = _shown.Slice(consumed, examined).Length;
        reader.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => reader.CancelPendingRead();

    public override void Complete(Exception? exception = null) => reader.Complete(exception);

    private ReadResult Cut(in ReadResult result)
    {
        _shown = result.Buffer.Slice(0, Math.Min(_examined + pieceLength, result.Buffer.Length));
        return new ReadResult(_shown, result.IsCanceled, result.IsCompleted && _shown.Length == result.Buffer.Length);
    }
}
