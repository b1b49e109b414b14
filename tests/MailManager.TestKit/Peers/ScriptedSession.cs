using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MailManager.TestKit.Peers;

/// <summary>One session of a scripted server. Its properties may be read while it runs.</summary>
public sealed class ScriptedSession : IDisposable
{
    private readonly ScriptedSmtpServer _server;
    private readonly Socket _socket;
    private readonly Lock _gate = new();
    private readonly List<byte> _received = [];
    private readonly List<string> _commands = [];
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream _stream;
    private int _start;
    private int _end;
    private string? _reversePath;
    private List<byte> _chunks = [];
    private List<string> _recipients = [];

    internal ScriptedSession(ScriptedSmtpServer server, Socket socket, int number)
    {
        _server = server;
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        Number = number;
        Client = ((IPEndPoint)socket.RemoteEndPoint!).Address;
    }

    /// <summary>From 1.</summary>
    public int Number { get; }

    /// <summary>Where the client comes from.</summary>
    public IPAddress Client { get; }

    public bool IsTls { get; private set; }

    /// <summary>The name that the client asked for in TLS (SNI); empty: none.</summary>
    public string? RequestedName { get; private set; }

    /// <summary>SHA-1 of the certificate that the client showed, as .NET prints it; null: none.</summary>
    public string? ClientThumbprint { get; private set; }

    /// <summary>Completes when the connection is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Lines that came as commands, without CRLF.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_gate)
            {
                return [.. _commands];
            }
        }
    }

    /// <summary>Every octet that came, decrypted where TLS was used.</summary>
    public byte[] Received
    {
        get
        {
            lock (_gate)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    internal async Task RunAsync(CancellationToken stop)
    {
        try
        {
            if (_server.IsImplicitTls && !await SecureAsync(stop))
            {
                return;
            }

            if (await ActAsync(PeerStage.Connect, "220 peer.test ESMTP", stop) is not null)
            {
                while (await ReadLineAsync(stop) is { } line && await HandleAsync(line, stop))
                {
                }
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client is gone, or the server is.
        }
        finally
        {
            Dispose();
            _ended.TrySetResult();
        }
    }

    private async Task<bool> HandleAsync(string line, CancellationToken stop)
    {
        lock (_gate)
        {
            _commands.Add(line);
        }

        var verb = line.Split(' ', ':')[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO" or "HELO" or "LHLO" when verb == "LHLO" != _server.Script.IsLmtp:
                return await ActAsync(verb, "500 5.5.1 Another protocol is spoken here", stop) is not null;
            case "EHLO" or "LHLO":
                return await ActAsync(verb, string.Join("\r\n", Hello()), stop) is not null;
            case "MAIL":
                _recipients = [];
                _chunks = [];
                var sender = await ActAsync(verb, "250 2.1.0 Ok", stop);
                _reversePath = sender is [(byte)'2', ..] ? Path(line) : null;
                return sender is not null;
            case "RCPT":
                var reply = await ActAsync(verb, _reversePath is null ? "503 5.5.1 MAIL first" : "250 2.1.5 Ok", stop);
                if (reply is [(byte)'2', ..])
                {
                    _recipients.Add(Path(line));
                }

                return reply is not null;
            case "DATA":
                var go = await ActAsync(verb, _recipients.Count > 0 ? "354 Go" : "503 5.5.1 No recipients", stop);
                return go is not null && (go is not [(byte)'3', ..] || await ReadMessageAsync(stop));
            case "BDAT":
                return await ReadChunkAsync(line.Split(' '), stop);
            case "STARTTLS":
                var ready = await ActAsync(verb, "220 2.0.0 Go", stop);
                return ready is not null && (ready is not [(byte)'2', ..] || await SecureAsync(stop));
            case "AUTH":
                return await AuthenticateAsync(line, stop);
            case "QUIT":
                await ActAsync(verb, "221 2.0.0 Bye", stop);
                return false;
            default:
                return await ActAsync(verb, "250 2.0.0 Ok", stop) is not null;
        }
    }

    private List<string> Hello()
    {
        var lines = new List<string> { "250-" + _server.Script.Name };
        lines.AddRange(_server.Script.Extensions.Select(extension => "250-" + extension));
        if (_server.Certificate is not null && !IsTls)
        {
            lines.Add("250-STARTTLS");
        }

        lines[^1] = "250 " + lines[^1][4..];
        return lines;
    }

    private async Task<bool> AuthenticateAsync(string line, CancellationToken stop)
    {
        var isLogin = line.StartsWith("AUTH LOGIN", StringComparison.OrdinalIgnoreCase);
        var challenges = isLogin ? 2 : line.Count(character => character == ' ') < 2 ? 1 : 0;
        var reply = await ActAsync("AUTH", challenges > 0 ? "334 VXNlcm5hbWU6" : "235 2.7.0 Ok", stop);
        while (reply is [(byte)'3', ..] && await ReadLineAsync(stop) is { } response)
        {
            lock (_gate)
            {
                _commands.Add(response);
            }

            reply = await ActAsync(PeerStage.AuthResponse, --challenges > 0 ? "334 UGFzc3dvcmQ6" : "235 2.7.0 Ok", stop);
        }

        return reply is not null;
    }

    private async Task<bool> ReadMessageAsync(CancellationToken stop)
    {
        var data = new List<byte>();
        var isFirst = true;
        while (true)
        {
            if (_start == _end && !await FillAsync(stop))
            {
                return false;
            }

            if (isFirst)
            {
                isFirst = false;
                if (await ActAsync(PeerStage.Content, null, stop) is null)
                {
                    return false;
                }
            }

            if (await ReadRawLineAsync(stop) is not { } line)
            {
                return false;
            }

            if (line.AsSpan().SequenceEqual(".\r\n"u8))
            {
                break;
            }

            data.AddRange(line[0] == (byte)'.' ? line[1..] : line);
        }

        return await EndAsync(data, stop);
    }

    private async Task<bool> ReadChunkAsync(string[] words, CancellationToken stop)
    {
        for (var left = long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture); left > 0;)
        {
            if (_start == _end && !await FillAsync(stop))
            {
                return false;
            }

            var taken = (int)Math.Min(left, _end - _start);
            _chunks.AddRange(_buffer.AsSpan(_start, taken));
            _start += taken;
            left -= taken;
        }

        if (_recipients.Count == 0)
        {
            return await ActAsync("BDAT", "503 5.5.1 No recipients", stop) is not null;
        }

        if (words is not [.., "LAST"])
        {
            var reply = await ActAsync("BDAT", "250 2.0.0 Ok", stop);
            if (reply is not [(byte)'2', ..])
            {
                _recipients = [];
            }

            return reply is not null;
        }

        return await EndAsync(_chunks, stop);
    }

    private async Task<bool> EndAsync(List<byte> data, CancellationToken stop)
    {
        IReadOnlyList<string>[] replied = _server.Script.IsLmtp ? [.. _recipients.Select(recipient => (string[])[recipient])] : [_recipients];
        var message = new ReceivedMessage(_reversePath ?? string.Empty, _recipients, [.. data], Number, IsTls);
        _recipients = [];
        _chunks = [];
        _reversePath = null;
        foreach (var recipients in replied)
        {
            var accepted = message with { Recipients = recipients };
            if (await ActAsync(PeerStage.EndOfData, "250 2.0.0 Ok: queued", stop, () => _server.Add(accepted)) is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Does what the script says, else the usual. Null: the session is over. A positive reply runs <paramref name="accepted"/> first.</summary>
    private async Task<byte[]?> ActAsync(string stage, string? usual, CancellationToken stop, Action? accepted = null)
    {
        var action = _server.Script.Next(stage, Number) ?? (usual is null ? new PeerAction.Send([]) : PeerAction.Reply(usual));
        return await PerformAsync(action, accepted, stop);
    }

    private async Task<byte[]?> PerformAsync(PeerAction action, Action? accepted, CancellationToken stop)
    {
        if (action is PeerAction.After after)
        {
            await after.Signal.WaitAsync(stop);
            action = PeerAction.Reply(after.Text);
        }

        if (action is PeerAction.Take take)
        {
            accepted?.Invoke();
            action = take.Then;
        }

        if (action is PeerAction.Answer answer)
        {
            action = PeerAction.Reply(answer.Text(Commands[^1]));
        }

        switch (action)
        {
            case PeerAction.Send(var octets):
                if (octets is [(byte)'2', ..])
                {
                    accepted?.Invoke();
                }

                await _stream.WriteAsync(octets, stop);
                return octets;
            case PeerAction.SendAndClose(var octets):
                await _stream.WriteAsync(octets, stop);
                _socket.Shutdown(SocketShutdown.Send);
                return null;
            case PeerAction.Reset:
                _socket.LingerState = new LingerOption(enable: true, seconds: 0);
                return null;
            case PeerAction.Split(var octets):
                if (octets is [(byte)'2', ..])
                {
                    accepted?.Invoke();
                }

                for (var i = 0; i < octets.Length; i++)
                {
                    await _stream.WriteAsync(octets.AsMemory(i, 1), stop);
                }

                return octets;
            case PeerAction.Hang(var first):
                await _stream.WriteAsync(first ?? [], stop);
                await Task.Delay(Timeout.Infinite, stop);
                return null;
            case PeerAction.Flood(var octets):
                while (true)
                {
                    await _stream.WriteAsync(octets, stop);
                }

            case PeerAction.Drip(var octets, var pause):
                for (var i = 0; ; i = (i + 1) % octets.Length)
                {
                    pause();
                    await _stream.WriteAsync(octets.AsMemory(i, 1), stop);
                }

            default:
                return null;
        }
    }

    /// <summary>False: the script put something else in its place.</summary>
    private async Task<bool> SecureAsync(CancellationToken stop)
    {
        if (_server.Script.Mentions(PeerStage.Handshake) && await FillAsync(stop) && _server.Script.Next(PeerStage.Handshake, Number) is { } lie)
        {
            await PerformAsync(lie, null, stop);
            return false;
        }

        var secure = new SslStream(_stream, leaveInnerStreamOpen: true);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _server.Certificate,
            EnabledSslProtocols = _server.TlsVersions,
            ClientCertificateRequired = _server.AsksForCertificate,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                ClientThumbprint = certificate?.GetCertHashString();
                return true;
            },
        }, stop);
        _stream = secure;
        RequestedName = secure.TargetHostName;
        IsTls = true;
        return true;
    }

    private async Task<string?> ReadLineAsync(CancellationToken stop) =>
        await ReadRawLineAsync(stop) is { } line ? Encoding.Latin1.GetString(line).TrimEnd('\r', '\n') : null;

    /// <summary>Up to CRLF, strictly, so that smuggled line ends would show.</summary>
    private async Task<byte[]?> ReadRawLineAsync(CancellationToken stop)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end && !await FillAsync(stop))
            {
                return null;
            }

            var available = _buffer.AsSpan(_start.._end);
            var lineFeed = available.IndexOf((byte)'\n');
            var taken = lineFeed < 0 ? available.Length : lineFeed + 1;
            line.AddRange(available[..taken]);
            _start += taken;
            if (lineFeed >= 0 && line is [.., (byte)'\r', (byte)'\n'])
            {
                return [.. line];
            }
        }
    }

    private async Task<bool> FillAsync(CancellationToken stop)
    {
        _start = 0;
        _end = await _stream.ReadAsync(_buffer, stop);
        lock (_gate)
        {
            _received.AddRange(_buffer.AsSpan(0, _end));
        }

        return _end > 0;
    }

    private static string Path(string line)
    {
        var start = line.IndexOf('<', StringComparison.Ordinal) + 1;
        return line[start..line.IndexOf('>', start)];
    }
}
