using System.Text;

namespace MailManager.Mta.Logging;

/// <summary>
/// Collects lines and writes them from a thread of its own, all that are there in one call. When the reader of the output falls so far behind that
/// <see cref="MaxPending"/> octets wait, those who log wait too: nothing is left out. Thread-safe.
/// </summary>
internal sealed class LineWriter : IDisposable
{
    /// <summary>Octets that may wait for the output: 1 MiB, some thousand lines.</summary>
    private const int MaxPending = 1024 * 1024;

    /// <summary>How long a first line waits for others, in milliseconds: too short for a reader to notice.</summary>
    private const int GatherMilliseconds = 10;

    /// <summary>Octets of a line besides its text: time, level, number and punctuation.</summary>
    private const int LineOverhead = 64;

    private readonly object _gate = new();
    private readonly Stream _output;
    private readonly Thread _thread;
    private byte[] _pending = new byte[16 * 1024];
    private byte[] _writing = new byte[16 * 1024];
    private int _length;
    private bool _isIdle;
    private bool _isStopping;

    public LineWriter(Stream output)
    {
        _output = output;
        _thread = new Thread(Run) { IsBackground = true, Name = "Log writer" };
        _thread.Start();
    }

    /// <summary>Appends one line; control characters in the text, line ends among them, become spaces.</summary>
    public void Write(DateTimeOffset time, string level, string category, int number, string text)
    {
        var needed = LineOverhead + Encoding.UTF8.GetMaxByteCount(category.Length + text.Length);
        lock (_gate)
        {
            while (_length > 0 && _length + needed > MaxPending && !_isStopping)
            {
                Monitor.Wait(_gate);
            }

            if (_isStopping)
            {
                return;
            }

            if (_pending.Length < _length + needed)
            {
                Array.Resize(ref _pending, Math.Max(_length + needed, _pending.Length * 2));
            }

            _length += Format(_pending.AsSpan(_length), time, level, category, number, text);
            if (_isIdle)
            {
                _isIdle = false;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Writes what is pending and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private static int Format(Span<byte> line, DateTimeOffset time, string level, string category, int number, string text)
    {
        time.UtcDateTime.TryFormat(line, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z '");
        length += Encoding.UTF8.GetBytes(level, line[length..]);
        ": "u8.CopyTo(line[length..]);
        length += 2;
        length += Encoding.UTF8.GetBytes(category, line[length..]);
        line[length++] = (byte)'[';
        number.TryFormat(line[length..], out var digits);
        length += digits;
        "] "u8.CopyTo(line[length..]);
        length += 2;
        var written = line.Slice(length, Encoding.UTF8.GetBytes(text, line[length..]));
        for (var control = IndexOfControl(written); control >= 0; control = IndexOfControl(written))
        {
            written[control] = (byte)' ';
        }

        length += written.Length;
        line[length++] = (byte)'\n';
        return length;
    }

    private static int IndexOfControl(ReadOnlySpan<byte> text)
    {
        var control = text.IndexOfAnyInRange((byte)0, (byte)31);
        return control >= 0 ? control : text.IndexOf((byte)127);
    }

    private void Run()
    {
        while (Take() is var length and > 0)
        {
            try
            {
                _output.Write(_writing, 0, length);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more; mail goes on.
            }
        }
    }

    /// <summary>Waits for lines, gathers a moment, and takes them; 0: the end.</summary>
    private int Take()
    {
        lock (_gate)
        {
            while (_length == 0 && !_isStopping)
            {
                _isIdle = true;
                Monitor.Wait(_gate);
            }

            if (!_isStopping)
            {
                Monitor.Wait(_gate, GatherMilliseconds);
            }

            (_writing, _pending) = (_pending, _writing);
            var length = _length;
            _length = 0;
            Monitor.PulseAll(_gate);
            return length;
        }
    }
}
