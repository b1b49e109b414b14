using System.Buffers;
using MailManager.Messages.Headers;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Limits;

namespace MailManager.Messages.Bytes;

/// <summary>Why a message cannot be taken, beyond what the data phase itself finds.</summary>
public enum BufferFault
{
    None,

    /// <summary>The header block is larger than allowed.</summary>
    HeaderTooLarge,

    /// <summary>The body file could not be written: disk full or failing.</summary>
    Storage,
}

/// <summary>
/// Collects one message while it arrives. It stays in one rented block, so that the header can be read in place and the body handed on without a
/// copy; past the threshold it continues in a body file, and memory keeps the start of it, at least the whole header block. Used by one session.
/// Order: any number of <see cref="Append"/>, then <see cref="Finish"/>, then <see cref="Detach"/> or <see cref="Discard"/>, after which it is ready
/// for the next message.
/// </summary>
/// <param name="files">For large messages.</param>
/// <param name="threshold">Octets up to which a message stays in memory.</param>
/// <param name="maxHeaderLength">Largest header block, in octets.</param>
/// <param name="memory">Told of the blocks that a message holds while it arrives; null: nobody is.</param>
public sealed class MessageBuffer(
    IBodyFileStore files,
    int threshold = MessageBuffer.DefaultThreshold,
    int maxHeaderLength = MessageBuffer.DefaultMaxHeaderLength,
    MemoryGauge? memory = null) : IMessageSink
{
    /// <summary>
    /// Octets up to which a message stays in memory: 64 KiB, where writing a body twice into the database begins to cost more than a file of its own.
    /// </summary>
    public const int DefaultThreshold = 64 * 1024;

    /// <summary>Largest header block, in octets: 1 MiB.</summary>
    public const int DefaultMaxHeaderLength = 1024 * 1024;

    /// <summary>First block, in octets: most mail fits without growing.</summary>
    private const int InitialLength = 16 * 1024;

    /// <summary>Octets that are collected before they are written to the file.</summary>
    private const int PendingLength = 64 * 1024;

    private readonly HeaderIndex _headers = new();
    private byte[]? _block;
    private int _blockLength;
    private bool _headIsComplete;
    private int _nextHeaderCheck;
    private IBodyFile? _file;

    /// <summary>What is to be written to the file next: one system call for many small runs.</summary>
    private byte[]? _pending;
    private int _pendingLength;

    /// <summary>Octets so far.</summary>
    public long Length { get; private set; }

    /// <summary>The first fault; after it everything is swallowed.</summary>
    public BufferFault Fault { get; private set; }

    /// <summary>What the disk said, with <see cref="BufferFault.Storage"/>.</summary>
    public IOException? StorageException { get; private set; }

    /// <summary>The message, or of a large one the start that holds the header block.</summary>
    public ReadOnlyMemory<byte> Head => _block.AsMemory(0, _blockLength);

    /// <summary>The header fields; call after <see cref="Finish"/>.</summary>
    public HeaderIndex IndexHeaders()
    {
        _headers.Build(Head.Span);
        return _headers;
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> octets)
    {
        if (Fault != BufferFault.None)
        {
            return;
        }

        Length += octets.Length;
        if (_file is null && _blockLength + octets.Length <= threshold)
        {
            AppendToBlock(octets);
            return;
        }

        try
        {
            AppendToFile(octets);
        }
        catch (IOException fault)
        {
            Fail(fault);
        }
    }

    /// <summary>Writes what is left to the file, if there is one. Only then is <see cref="Fault"/> final.</summary>
    public void Finish()
    {
        try
        {
            WritePending();
        }
        catch (IOException fault)
        {
            Fail(fault);
        }
    }

    /// <summary>
    /// Reads the whole message, from memory or from its file; call after <see cref="Finish"/>. Valid until the message is handed over or forgotten.
    /// </summary>
    public Stream OpenRead() => _file is not null ? new BodyFileStream(_file, Length) : new MemoryStream(_block ?? [], 0, _blockLength, writable: false);

    /// <summary>Hands the message over; the caller owns the content's one reference. The buffer is empty again.</summary>
    public MessageContent Detach()
    {
        var content = new MessageContent(_block ?? [], _blockLength, Length, _file);
        Clear();
        return content;
    }

    /// <summary>Forgets the message and deletes its file, if any.</summary>
    public void Discard()
    {
        _file?.Delete();
        if (_block is not null)
        {
            ArrayPool<byte>.Shared.Return(_block);
        }

        Clear();
    }

    private void AppendToBlock(ReadOnlySpan<byte> octets)
    {
        var needed = _blockLength + octets.Length;
        if (_block is null || needed > _block.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _block is null ? InitialLength : _block.Length * 2));
            if (_block is not null)
            {
                _block.AsSpan(0, _blockLength).CopyTo(grown);
                memory?.Remove(_block.Length);
                ArrayPool<byte>.Shared.Return(_block);
            }

            memory?.Add(grown.Length);
            _block = grown;
        }

        octets.CopyTo(_block.AsSpan(_blockLength));
        _blockLength = needed;
    }

    private void AppendToFile(ReadOnlySpan<byte> octets)
    {
        if (_file is null)
        {
            _file = files.Create();
            _file.Append(Head.Span);
        }

        AppendToPending(octets);
        if (_headIsComplete)
        {
            return;
        }

        AppendToBlock(octets);
        if (_blockLength >= _nextHeaderCheck)
        {
            CheckHeader();
        }
    }

    /// <summary>
    /// Memory holds all octets until it holds the whole header block. Looked at each time the length has doubled, so that a header in many small
    /// pieces costs no more than one in few; and only at whole lines, since half a line may look like the end of the header.
    /// </summary>
    private void CheckHeader()
    {
        var lines = Head.Span[..(Head.Span.LastIndexOf((byte)'\n') + 1)];
        _headers.Build(lines);
        if (_headers.Length < lines.Length)
        {
            _headIsComplete = true;
        }
        else if (_blockLength > maxHeaderLength)
        {
            Fail(BufferFault.HeaderTooLarge);
        }

        _nextHeaderCheck = Math.Min(_blockLength * 2, maxHeaderLength + 1);
    }

    private void AppendToPending(ReadOnlySpan<byte> octets)
    {
        if (_pending is null)
        {
            _pending = ArrayPool<byte>.Shared.Rent(PendingLength);
            memory?.Add(_pending.Length);
        }

        if (_pendingLength + octets.Length > _pending.Length)
        {
            WritePending();
        }

        if (octets.Length > _pending.Length)
        {
            _file!.Append(octets);
            return;
        }

        octets.CopyTo(_pending.AsSpan(_pendingLength));
        _pendingLength += octets.Length;
    }

    private void WritePending()
    {
        if (_pendingLength > 0)
        {
            _file!.Append(_pending.AsSpan(0, _pendingLength));
            _pendingLength = 0;
        }
    }

    private void Fail(IOException fault)
    {
        Fail(BufferFault.Storage);
        StorageException = fault;
    }

    private void Fail(BufferFault fault)
    {
        Fault = fault;
        _file?.Delete();
        _file = null;
        _pendingLength = 0;
    }

    private void Clear()
    {
        memory?.Remove((_block?.Length ?? 0) + (_pending?.Length ?? 0));
        _block = null;
        _blockLength = 0;
        _headIsComplete = false;
        _nextHeaderCheck = 0;
        _file = null;
        _pendingLength = 0;
        if (_pending is not null)
        {
            ArrayPool<byte>.Shared.Return(_pending);
            _pending = null;
        }

        Length = 0;
        Fault = BufferFault.None;
        StorageException = null;
    }
}
