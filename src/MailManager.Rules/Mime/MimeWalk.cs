using System.Collections.Immutable;
using MimeKit;
using MimeKit.Utils;

namespace MailManager.Rules.Mime;

/// <summary>Follows the parser through a message, part by part, and stops it at a limit. Used once.</summary>
internal sealed class MimeWalk(ParserOptions options, Stream message, MimeLimits limits) : MimeReader(options, message, MimeFormat.Entity)
{
    /// <summary>
    /// RFC 2046 §5.1.1 admits 70 characters. The parser finds longer ones, but not such as fill a line (RFC 5322 §2.1.1); other programs may.
    /// </summary>
    private const int MaximumBoundary = 500;

    private readonly ImmutableArray<Attachment>.Builder _attachments = ImmutableArray.CreateBuilder<Attachment>();

    /// <summary>For each multipart or message that is open, what is to be said of it when it ends; null if it is no attachment.</summary>
    private readonly Stack<Attachment?> _open = [];

    private int _parts;
    private long _octets;
    private ContentDisposition? _disposition;
    private ContentEncoding? _encoding;
    private Attachment? _leaf;
    private ContentCounter? _counter;

    /// <summary>The limit at which the parser was stopped.</summary>
    public MimeProblem? Problem { get; private set; }

    public MimeContents Result(MimeProblem? problem) => new(_attachments.ToImmutable(), problem);

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        _disposition = null;
        _encoding = null;
    }

    protected override void OnHeaderRead(Header header, int beginLineNumber, CancellationToken cancellationToken)
    {
        switch (header.Id)
        {
            case HeaderId.ContentDisposition when _disposition is null:
                ContentDisposition.TryParse(Options, header.RawValue, out _disposition);
                break;
            case HeaderId.ContentTransferEncoding when _encoding is null:
                _encoding = MimeUtils.TryParse(header.Value, out ContentEncoding encoding) ? encoding : ContentEncoding.Default;
                break;
        }
    }

    protected override void OnMultipartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        Open(attachment: null);
        if (contentType.Boundary is not { Length: <= MaximumBoundary })
        {
            Stop(MimeProblem.Unreadable);
        }
    }

    protected override void OnMultipartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken) =>
        _open.Pop();

    protected override void OnMessagePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken) =>
        Open(AttachmentOf(contentType));

    protected override void OnMessagePartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        if (_open.Pop() is { } attachment)
        {
            _attachments.Add(attachment with { Size = endOffset - headersEndOffset });
        }
    }

    protected override void OnMimePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        CountPart();
        _leaf = AttachmentOf(contentType);
        _counter = _leaf is null ? null : new ContentCounter(_encoding ?? ContentEncoding.Default);
    }

    protected override void OnMimePartContentRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        _counter?.Add(buffer.AsSpan(startIndex, count));
        CheckOctets();
    }

    protected override void OnMimePartContentEnd(
        long beginOffset, int beginLineNumber, long endOffset, int lines, NewLineFormat? newLineFormat, CancellationToken cancellationToken)
    {
        _counter?.End(endOffset - beginOffset);
        CheckOctets();
    }

    protected override void OnMimePartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        if (_leaf is not null)
        {
            _attachments.Add(_leaf with { Size = _counter!.Count });
            _octets += _counter.Count;
        }

        _leaf = null;
        _counter = null;
    }

    /// <summary>What the part whose header was read last counts as.</summary>
    private Attachment? AttachmentOf(ContentType contentType)
    {
        var name = _disposition?.FileName is { Length: > 0 } fileName ? fileName : contentType.Name ?? string.Empty;
        var isText = contentType.MediaType.Equals("text", StringComparison.OrdinalIgnoreCase);
        return name.Length > 0 || !isText || _disposition?.IsAttachment == true
            ? new Attachment(name, contentType.MimeType.ToLowerInvariant(), Size: 0)
            : null;
    }

    private void Open(Attachment? attachment)
    {
        CountPart();
        _open.Push(attachment);
        if (_open.Count > limits.Depth)
        {
            Stop(MimeProblem.Depth);
        }
    }

    private void CountPart()
    {
        if (++_parts > limits.Parts)
        {
            Stop(MimeProblem.Parts);
        }
    }

    private void CheckOctets()
    {
        if (_octets + (_counter?.Count ?? 0) > limits.Octets)
        {
            Stop(MimeProblem.Octets);
        }
    }

    /// <summary>Stops the parser as a caller would who has had enough.</summary>
    private void Stop(MimeProblem problem)
    {
        Problem = problem;
        throw new OperationCanceledException();
    }
}
