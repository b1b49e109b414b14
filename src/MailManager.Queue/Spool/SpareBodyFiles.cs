using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace MailManager.Queue.Spool;

/// <summary>
/// Body files whose messages are gone, kept open to be written again: making, naming, syncing and unlinking a file costs the file system's journal
/// several times what writing into one costs that has its blocks already. A file becomes a spare only when its row's removal is durable and nobody
/// has it open, so nobody can read another message through it. Spares do not outlive the process: the next start sweeps them. Thread-safe.
/// </summary>
internal sealed class SpareBodyFiles : IDisposable
{
    /// <summary>Files that are kept, spare or waiting for their message to go: what some dozens of sessions turn over at a time.</summary>
    private const int MaximumFiles = 128;

    /// <summary>Larger ones are not worth their space, in octets.</summary>
    private const long MaximumLength = 256 * 1024;

    private readonly Lock _gate = new();

    /// <summary>How often a name is open, and whether its message is gone.</summary>
    private readonly Dictionary<string, (int Users, bool IsDeleted)> _open = new(StringComparer.Ordinal);

    /// <summary>Closed files of messages that still wait for the removal of their rows.</summary>
    private readonly Dictionary<string, SafeFileHandle> _waiting = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, SafeFileHandle Handle)> _spare = new();

    /// <summary>Gives a spare file away, if there is one; it counts as opened.</summary>
    public bool TryTake([NotNullWhen(true)] out string? name, [NotNullWhen(true)] out SafeFileHandle? handle)
    {
        lock (_gate)
        {
            if (!_spare.TryPop(out var spare))
            {
                (name, handle) = (null, null);
                return false;
            }

            (name, handle) = spare;
            Use(name);
            return true;
        }
    }

    /// <summary>A file of that name was opened, to be written or read.</summary>
    public void Opened(string name)
    {
        lock (_gate)
        {
            Use(name);
        }
    }

    /// <summary>
    /// One who had it open needs it no more. The handle is kept when the file may be a spare later, else closed.
    /// </summary>
    /// <param name="name">As opened.</param>
    /// <param name="handle">His handle.</param>
    /// <param name="length">Octets written; of no meaning unless <paramref name="isWritable"/>.</param>
    /// <param name="isWritable">The handle can be written again.</param>
    public void Closed(string name, SafeFileHandle handle, long length, bool isWritable)
    {
        lock (_gate)
        {
            var (users, isDeleted) = _open[name];
            if (users > 1)
            {
                _open[name] = (users - 1, isDeleted);
            }
            else
            {
                _open.Remove(name);
            }

            if (isWritable && !isDeleted && length <= MaximumLength && _waiting.Count + _spare.Count < MaximumFiles)
            {
                _waiting.Add(name, handle);
                return;
            }
        }

        handle.Dispose();
    }

    /// <summary>The message is gone for good. True: the file is a spare now; false: it is the caller's to delete.</summary>
    public bool TryKeep(string name)
    {
        SafeFileHandle? handle;
        lock (_gate)
        {
            if (_open.TryGetValue(name, out var open))
            {
                _open[name] = (open.Users, true);
            }

            if (!_waiting.Remove(name, out handle))
            {
                return false;
            }

            if (open.Users == 0)
            {
                _spare.Push((name, handle));
                return true;
            }
        }

        handle.Dispose();
        return false;
    }

    /// <summary>Takes all spares out; the caller deletes their files. For quiet times, and for a full disk.</summary>
    public IReadOnlyList<string> Drain()
    {
        lock (_gate)
        {
            var names = _spare.Select(spare => spare.Name).ToArray();
            while (_spare.TryPop(out var spare))
            {
                spare.Handle.Dispose();
            }

            return names;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var handle in _waiting.Values.Concat(_spare.Select(spare => spare.Handle)))
            {
                handle.Dispose();
            }

            _waiting.Clear();
            _spare.Clear();
        }
    }

    private void Use(string name) =>
        _open[name] = _open.TryGetValue(name, out var open) ? (open.Users + 1, open.IsDeleted) : (1, false);
}
