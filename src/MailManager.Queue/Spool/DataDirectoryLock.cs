namespace MailManager.Queue.Spool;

/// <summary>Holds a spool directory for this process. The system gives the lock back when the process ends, however it ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    public static DataDirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, "queue.lock");
        try
        {
            return new DataDirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new SpoolException(
                $"The spool {directory} is in use by another process (its {Path.GetFileName(path)} is locked): {exception.Message} " +
                "Stop that process or give this one a data directory of its own.", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
