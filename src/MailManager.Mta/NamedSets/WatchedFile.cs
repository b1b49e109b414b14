namespace MailManager.Mta.NamedSets;

/// <summary>
/// Tells whether a file has changed since it was read last: by its length, its time of writing, and where a link leads. A digest, as certificates have it, would
/// read a million ranges again and again.
/// </summary>
/// <param name="path">Absolute.</param>
internal sealed class WatchedFile(string path)
{
    private Stamp _seen;

    public string Path { get; } = path;

    /// <summary>Whether it differs from when it was opened last. One that is not there has not changed: what was read of it stays in force.</summary>
    public bool HasChanged => Look() is { } stamp && stamp != _seen;

    /// <summary>Opens it and remembers how it is. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public FileStream Open()
    {
        // Before reading, so that a change in the meantime is seen at the next look.
        _seen = Look() ?? default;
        return new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024, FileOptions.SequentialScan);
    }

    private Stamp? Look()
    {
        try
        {
            var file = new FileInfo(Path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists ? new Stamp(target.FullName, target.Length, target.LastWriteTimeUtc) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private readonly record struct Stamp(string Target, long Length, DateTime Written);
}
