using MailManager.Messages.Bytes;
using Microsoft.Win32.SafeHandles;

namespace MailManager.Queue.Spool;

/// <summary>
/// One body file, being written or read. It may be longer than what was written to it, when it was another message's before.
/// <see cref="Close"/> and <see cref="Delete"/> may be called repeatedly.
/// </summary>
internal sealed class BodyFile(string path, string name, SafeFileHandle handle, SpareBodyFiles spares, bool isWritable, bool isNew) : IBodyFile
{
    private int _isOwned = isWritable ? 0 : 1;
    private int _isClosed;
    private long _length;
    private bool _isSynced;

    public string Name { get; } = name;

    /// <summary>Its name is durable only when the directory has been synced since.</summary>
    public bool IsNew { get; } = isNew;

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

    public void Close() => Close(isWritable);

    public void Delete()
    {
        Close(mayBeKept: false);
        File.Delete(path);
    }

    private void Close(bool mayBeKept)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            spares.Closed(Name, handle, _length, mayBeKept);
        }
    }
}
