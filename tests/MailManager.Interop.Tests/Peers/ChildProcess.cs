using System.Diagnostics;

namespace MailManager.Interop.Tests.Peers;

/// <summary>A program that a test has started: its lines are kept, and it does not outlive the test.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>How long a test waits for what should happen, before it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process)
    {
        _process = process;
    }

    public int Id => _process.Id;

    /// <summary>Everything printed so far, on either stream.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public static ChildProcess Start(string program, params string[] arguments) => Start(program, arguments, directory: null);

    public static ChildProcess Start(string program, IEnumerable<string> arguments, string? directory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += child.Keep;
        child._process.ErrorDataReceived += child.Keep;
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end and returns what it printed; fails the test when its exit code is another one.</summary>
    public static async Task<string> RunAsync(int exitCode, string program, params string[] arguments)
    {
        await using var child = Start(program, arguments);
        var code = await child.WaitAsync();
        Assert.True(code == exitCode, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{child.Output}");
        return child.Output;
    }

    /// <summary>Waits for a line that holds the text, from the start of the output on.</summary>
    public async Task<string> LineAsync(string text) => (await LinesAsync(text, 1))[0];

    /// <summary>Waits for so many lines that hold the text, from the start of the output on.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync(string text, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var found = new List<string>();
        var next = 0;
        while (true)
        {
            while (TryGetLine(next) is { } line)
            {
                next++;
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    found.Add(line);
                }
            }

            if (found.Count >= count)
            {
                return found;
            }

            try
            {
                await _changed.Task.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{found.Count} of {count} lines '{text}' came:\n{Output}");
            }
        }
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: no chance to tidy up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        await kill.WaitForExitAsync();
        return await WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            try
            {
                await TerminateAsync();
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    /// <summary>Null when there are not so many lines yet; the next change is then awaited by <see cref="_changed"/>.</summary>
    private string? TryGetLine(int index)
    {
        lock (_gate)
        {
            if (index < _lines.Count)
            {
                return _lines[index];
            }

            if (_changed.Task.IsCompleted)
            {
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return null;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs arguments)
    {
        if (arguments.Data is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Add(arguments.Data);
            _changed.TrySetResult();
        }
    }
}
