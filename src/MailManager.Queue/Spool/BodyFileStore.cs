using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace MailManager.Queue.Spool;

/// <summary>
/// The files of large bodies, all in one directory: one sync of it covers all that a commit names, and ext4 finds names by hash.
/// Thread-safe.
/// </summary>
internal sealed class BodyFileStore : IBodyFileStore, IDisposable
{
    /// <summary>Without an advisory lock, a system call each time, in a directory that is locked as a whole.</summary>
    private const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;

    private readonly string _directory;
    private readonly SafeFileHandle? _directoryHandle;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    public BodyFileStore(string directory, TimeProvider timeProvider, ILogger logger)
    {
        _directory = directory;
        _timeProvider = timeProvider;
        _logger = logger;
        Directory.CreateDirectory(directory);
        _directoryHandle = PosixFile.OpenDirectory(directory);
    }

    public IBodyFile Create()
    {
        var name = MessageId.New(_timeProvider.GetUtcNow()).ToString();
        var path = Path.Combine(_directory, name);
        return new BodyFile(path, name, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, Sharing), isOwned: false);
    }

    /// <summary>Opens the file that a row names. Throws <see cref="IOException"/> when it is not there.</summary>
    public BodyFile Open(string name)
    {
        var path = Path.Combine(_directory, name);
        return new BodyFile(path, name, File.OpenHandle(path, FileMode.Open, FileAccess.Read, Sharing), isOwned: true);
    }

    /// <summary>Makes the names of all files durable that were created before.</summary>
    public void SyncDirectory() => PosixFile.SyncDirectory(_directoryHandle);

    /// <summary>Deletes a file whose row is gone. One that cannot be deleted now is swept at the next start.</summary>
    public void Delete(string name)
    {
        try
        {
            File.Delete(Path.Combine(_directory, name));
        }
        catch (IOException exception)
        {
            QueueLog.BodyFileNotDeleted(_logger, exception, name);
        }
    }

    /// <summary>Deletes files that no row names: of messages that were never accepted, or delivered just before a crash.</summary>
    public void Sweep(HashSet<string> named)
    {
        var swept = 0;
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            var name = Path.GetFileName(path);
            if (MessageId.TryParse(name, out _) && !named.Contains(name))
            {
                Delete(name);
                swept++;
            }
        }

        if (swept > 0)
        {
            QueueLog.BodyFilesSwept(_logger, swept);
        }
    }

    public void Dispose() => _directoryHandle?.Dispose();
}
