using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.TestKit.Peers;

/// <summary>
/// An SMTP server on a loopback port of the system's choice that does what a script says and is friendly otherwise. Records every octet
/// and every message. Disposing it closes all its connections.
/// </summary>
public sealed class ScriptedSmtpServer : IAsyncDisposable
{
    /// <summary>How long a test waits for something that should happen, before it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ScriptedSession> _sessions = [];
    private readonly List<ReceivedMessage> _messages = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private readonly List<Task> _running = [];
    private bool _isDisposed;

    public ScriptedSmtpServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // Room for many clients at once: one whose last packet of the handshake is dropped waits for the greeting for up to a minute.
        _listener.Listen(2048);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _running.Add(AcceptAsync());
    }

    public IPEndPoint EndPoint { get; }

    public PeerScript Script { get; } = new();

    /// <summary>For STARTTLS, and for <see cref="IsImplicitTls"/>.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What it speaks. Default: what the system has.</summary>
    public SslProtocols TlsVersions { get; init; }

    /// <summary>It asks its clients for a certificate, and takes any.</summary>
    public bool AsksForCertificate { get; init; }

    /// <summary>TLS from the first octet.</summary>
    public bool IsImplicitTls { get; init; }

    /// <summary>Sessions so far, in order.</summary>
    public IReadOnlyList<ScriptedSession> Sessions
    {
        get
        {
            lock (_gate)
            {
                return [.. _sessions];
            }
        }
    }

    /// <summary>Messages whose final dot was answered 2yz, in order.</summary>
    public IReadOnlyList<ReceivedMessage> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    /// <summary>Waits until so many messages were accepted in all.</summary>
    /// <param name="count">Since the server started.</param>
    /// <param name="patience">Default <see cref="Patience"/>.</param>
    public async Task<IReadOnlyList<ReceivedMessage>> WaitForMessagesAsync(int count, TimeSpan? patience = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_messages.Count >= count)
            {
                return [.. _messages];
            }

            _waiting.Add((count, reached));
        }

        await reached.Task.WaitAsync(patience ?? Patience);
        return Messages;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Dispose();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }

    internal void Add(ReceivedMessage message)
    {
        lock (_gate)
        {
            _messages.Add(message);
            foreach (var (_, reached) in _waiting.Where(entry => entry.Count <= _messages.Count))
            {
                reached.TrySetResult();
            }
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            lock (_gate)
            {
                var session = new ScriptedSession(this, socket, _sessions.Count + 1);
                _sessions.Add(session);
                _running.Add(Task.Run(() => session.RunAsync(_stop.Token)));
            }
        }
    }
}
