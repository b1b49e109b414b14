using System.Text;

namespace MailManager.Interop.Tests.Peers;

/// <summary>A real Exim, OpenSMTPD or Dovecot as final destination that keeps what it gets in maildirs.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly string _directory;

    private MailServer(ChildProcess child, string directory, int port)
    {
        Process = child;
        _directory = directory;
        Port = port;
    }

    public ChildProcess Process { get; }

    public int Port { get; }

    /// <summary>PEM file of its certificate for STARTTLS, for localhost; OpenSMTPD has none.</summary>
    public string Certificate => Path.Combine(_directory, "cert.pem");

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="name">exim, opensmtpd or dovecot.</param>
    /// <param name="directory">For all of its files; its user must be able to enter it.</param>
    public static async Task<MailServer> StartAsync(string name, string directory)
    {
        var port = FreePort.Next();
        var child = ChildProcess.Start("bash", Programs.Peer(name), directory, $"{port}");
        await FreePort.AnswersAsync(port, child);
        return new MailServer(child, directory, port);
    }

    /// <summary>Waits for so many messages in all maildirs and returns their text, lines ending in LF, in no order.</summary>
    public async Task<IReadOnlyList<string>> WaitForMessagesAsync(int count)
    {
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        while (true)
        {
            string[] files = [.. Maildirs().SelectMany(Directory.GetFiles)];
            if (files.Length >= count)
            {
                return [.. files.Select(file => File.ReadAllText(file, Encoding.Latin1).ReplaceLineEndings("\n"))];
            }

            try
            {
                // A maildir tells nobody of new files: look again.
                await Task.Delay(50, patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{files.Length} of {count} messages came:\n{Process.Output}");
            }
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private IEnumerable<string> Maildirs()
    {
        var inbox = Path.Combine(_directory, "var/inbox");
        var boxes = Path.Combine(_directory, "var/mail");
        return ((string[])[inbox, .. Directory.Exists(boxes) ? Directory.GetDirectories(boxes) : []]).Select(box => Path.Combine(box, "new")).Where(Directory.Exists);
    }
}
