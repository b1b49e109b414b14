using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailManager.Queue.Spool;

/// <summary>
/// The two syncs that the class library lacks: data only (<see cref="RandomAccess.FlushToDisk"/> is the slower fsync) and directories.
/// Other systems than Linux sync the whole file, and Windows needs no sync of a directory.
/// </summary>
public static partial class PosixFile
{
    /// <summary>ENOSPC and EDQUOT of Linux, which <see cref="IOException"/> carries as its HResult.</summary>
    private const int NoSpace = 28;
    private const int OverQuota = 122;

    private const int Interrupted = 4;
    private const int OpenDirectoryFlags = 0x10000 | 0x80000;

    /// <summary>There is no space left, or none for this user.</summary>
    public static bool IsFull(IOException exception) => exception.HResult is NoSpace or OverQuota;

    /// <summary>Makes a file's data, and what is needed to find it, durable.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FDataSync(file) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    /// <summary>A handle for <see cref="SyncDirectory"/>; null where directories need no sync.</summary>
    public static SafeFileHandle? OpenDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var descriptor = Open(path, OpenDirectoryFlags);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"Directory {path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(SafeFileHandle? directory)
    {
        while (directory is not null && FSync(directory) != 0)
        {
            ThrowUnlessInterrupted("fsync");
        }
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
        {
            throw new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
