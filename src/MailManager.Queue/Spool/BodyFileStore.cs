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
    private readonly SpareBodyFiles _spares = new();
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
        if (_spares.TryTake(out var name, out var handle))
        {
            return new BodyFile(PathOf(name), name, handle, _spares, isWritable: true, isNew: false);
        }

        name = MessageId.New(_timeProvider.GetUtcNow()).ToString();
        handle = File.OpenHandle(PathOf(name), FileMode.CreateNew, FileAccess.ReadWrite, Sharing);
        _spares.Opened(name);
        return new BodyFile(PathOf(name), name, handle, _spares, isWritable: true, isNew: true);
    }

    /// <summary>Opens the file that a row names. Throws <see cref="IOException"/> when it is not there.</summary>
    public BodyFile Open(string name)
    {
        var handle = File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.Read, Sharing);
        _spares.Opened(name);
        return new BodyFile(PathOf(name), name, handle, _spares, isWritable: false, isNew: false);
    }

    /// <summary>Makes the names of all files durable that were created before.</summary>
    public void SyncDirectory() => PosixFile.SyncDirectory(_directoryHandle);

    /// <summary>
    /// The row of a file is gone, durably: it becomes a spare or is deleted. One that cannot be deleted now is swept at the next start.
    /// </summary>
    public void Delete(string name)
    {
        if (!_spares.TryKeep(name))
        {
            Unlink(name);
        }
    }

    /// <summary>Deletes the spare files: their space is needed, or nobody needs them.</summary>
    public void DeleteSpares()
    {
        foreach (var name in _spares.Drain())
        {
            Unlink(name);
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
                Unlink(name);
                swept++;
            }
        }

        if (swept > 0)
        {
            QueueLog.BodyFilesSwept(_logger, swept);
        }
    }

    public void Dispose()
    {
        DeleteSpares();
        _spares.Dispose();
        _directoryHandle?.Dispose();
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private void Unlink(string name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (IOException exception)
        {
            QueueLog.BodyFileNotDeleted(_logger, exception, name);
        }
    }
}
