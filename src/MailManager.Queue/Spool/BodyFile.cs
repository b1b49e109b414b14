using MailManager.Messages.Bytes;
using Microsoft.Win32.SafeHandles;

namespace MailManager.Queue.Spool;

/// <summary>One body file, being written or read. <see cref="Close"/> and <see cref="Delete"/> may be called repeatedly.</summary>
internal sealed class BodyFile(string path, string name, SafeFileHandle handle, bool isOwned) : IBodyFile
{
    private int _isOwned = isOwned ? 1 : 0;
    private long _length;
    private bool _isSynced;

    public string Name { get; } = name;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, _length);
            _length += bytes.Length;
            _isSynced = false;
        }
        catch (IOException)
        {
            // Half a message is of no use, and on a full disk its space is.
            Delete();
            throw;
        }
    }

    public int Read(Span<byte> destination, long offset) => RandomAccess.Read(handle, destination, offset);

    /// <summary>Makes it the file of one message, which will delete it; false when it already is one's.</summary>
    public bool TryOwn() => Interlocked.Exchange(ref _isOwned, 1) == 0;

    /// <summary>Makes the content durable; the name becomes so with the directory.</summary>
    public void Sync()
    {
        if (!_isSynced)
        {
            PosixFile.SyncData(handle);
            _isSynced = true;
        }
    }

    public void Close() => handle.Dispose();

    public void Delete()
    {
        handle.Dispose();
        File.Delete(path);
    }
}
