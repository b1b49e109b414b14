using System.Text;

namespace MailManager.Interop.Tests.Peers;

/// <summary>A real Postfix as final destination, with STARTTLS, delivering to a maildir.</summary>
internal sealed class PostfixInstance : IAsyncDisposable
{
    private readonly ChildProcess _child;
    private readonly string _directory;

    private PostfixInstance(ChildProcess child, string directory, int port)
    {
        _child = child;
        _directory = directory;
        Port = port;
    }

    public int Port { get; }

    public static async Task<PostfixInstance> StartAsync(string directory)
    {
        var port = FreePort.Next();
        var child = ChildProcess.Start("bash", Programs.PostfixInstance, directory, $"{port}");
        await FreePort.AnswersAsync(port, child);
        return new PostfixInstance(child, directory, port);
    }

    /// <summary>Waits for so many delivered messages and returns their text, lines ending in LF, in no order.</summary>
    public async Task<IReadOnlyList<string>> WaitForMessagesAsync(int count)
    {
        var inbox = Path.Combine(_directory, "mail", "inbox", "new");
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        while (true)
        {
            var files = Directory.Exists(inbox) ? Directory.GetFiles(inbox) : [];
            if (files.Length >= count)
            {
                return [.. files.Select(file => File.ReadAllText(file, Encoding.Latin1))];
            }

            try
            {
                // A maildir tells nobody of new files: look again.
                await Task.Delay(50, patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{files.Length} of {count} messages came:\n{await File.ReadAllTextAsync(Path.Combine(_directory, "mail.log"))}");
            }
        }
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
