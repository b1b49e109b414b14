namespace MailManager.Queue.Spool;

/// <summary>
/// A file that only occupies space. On a full disk the writer deletes it, so that what frees space (settlements, checkpoints) has room to
/// work; until it could be made again no message is accepted. On file systems that cannot allocate ahead it holds nothing.
/// </summary>
internal sealed class DiskReserve(string path, long length)
{
    /// <summary>Octets of a log that can always be copied into the database once the space is released.</summary>
    public long LogLimit => length / 2;

    /// <summary>The space is set aside.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Allocates the space; false when there is too little.</summary>
    public bool TryHold() => IsHeld = IsHeld || TryAllocate(path, length);

    /// <summary>Whether so many octets more could be allocated now.</summary>
    public bool CanHoldMore(long bytes)
    {
        var probe = path + ".probe";
        var isFree = TryAllocate(probe, bytes);
        Delete(probe);
        return isFree;
    }

    public void Release()
    {
        IsHeld = false;
        Delete(path);
    }

    private static bool TryAllocate(string path, long length)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read, FileOptions.None, length);
            RandomAccess.SetLength(file, length);
            return true;
        }
        catch (IOException)
        {
            Delete(path);
            return false;
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // Then it keeps its space and the writer goes on trying without it.
        }
    }
}
