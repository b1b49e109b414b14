using System.Buffers;

namespace MailManager.Messages.Bytes;

/// <summary>
/// The bytes of one message as the client sent them (dots un-stuffed, ending in CRLF), shared by those who deliver it. Small messages
/// are wholly in <see cref="Head"/>; of large ones it holds the start, at least the whole header block, and
/// <see cref="File"/> holds everything. Reference-counted: starts with one reference, which its creator releases.
/// Thread-safe after construction.
/// </summary>
public sealed class MessageContent
{
    private readonly byte[] _rented;
    private readonly int _headLength;
    private int _references = 1;

    /// <param name="rented">From <see cref="ArrayPool{T}.Shared"/>; returned with the last reference.</param>
    /// <param name="headLength">Octets of it that are filled.</param>
    /// <param name="length">Octets of the whole message.</param>
    /// <param name="file">Holds all <paramref name="length"/> octets, when they are more than <paramref name="headLength"/>.</param>
    public MessageContent(byte[] rented, int headLength, long length, IBodyFile? file)
    {
        _rented = rented;
        _headLength = headLength;
        Length = length;
        File = file;
    }

    /// <summary>Size of the whole message, in octets.</summary>
    public long Length { get; }

    /// <summary>The first octets, or all when <see cref="IsInMemory"/>. Valid while a reference is held.</summary>
    public ReadOnlyMemory<byte> Head => _rented.AsMemory(0, _headLength);

    /// <summary>The file of a large message.</summary>
    public IBodyFile? File { get; }

    /// <summary><see cref="Head"/> is the whole message.</summary>
    public bool IsInMemory => File is null;

    /// <summary>Takes one more reference. Throws when the last was already released.</summary>
    public MessageContent AddReference()
    {
        var references = Interlocked.Increment(ref _references);
        ObjectDisposedException.ThrowIf(references <= 1, this);
        return this;
    }

    /// <summary>Gives one reference back; with the last the memory returns to its pool and the file's handle is closed.</summary>
    public void Release()
    {
        var references = Interlocked.Decrement(ref _references);
        ObjectDisposedException.ThrowIf(references < 0, this);
        if (references == 0)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            File?.Close();
        }
    }
}
