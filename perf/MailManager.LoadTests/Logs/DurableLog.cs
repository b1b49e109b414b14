using Microsoft.Win32.SafeHandles;

namespace MailManager.LoadTests.Logs;

/// <summary>
/// A file of lines, each handed to the kernel (one <c>write(2)</c>) before <see cref="Write"/> returns: nothing is lost when
/// this process or the server is killed. Not synced to disk: a power cut is not what these tests play. Thread-safe.
/// </summary>
internal sealed class DurableLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private long _length;

    public DurableLog(string path)
    {
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        _length = RandomAccess.GetLength(_file);
    }

    /// <summary>Appends whole lines; the caller ends them.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        lock (_lock)
        {
            RandomAccess.Write(_file, lines, _length);
            _length += lines.Length;
        }
    }

    public void Dispose() => _file.Dispose();
}
