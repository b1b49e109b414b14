using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MailManager.TestKit.Peers;

/// <summary>An SMTP client that sends exactly the octets it is told to. Every wait ends after 20 seconds with an exception.</summary>
public sealed class RawSmtpClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket? _socket;
    private readonly DuplexStream? _memory;
    private readonly int _pieceLength = int.MaxValue;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream _stream;
    private Stream? _clear;
    private int _start;
    private int _end;

    private RawSmtpClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket);
    }

    private RawSmtpClient(DuplexStream stream, int pieceLength)
    {
        _stream = stream;
        _memory = stream;
        _pieceLength = pieceLength;
    }

    /// <summary>A client on a connection that exists already.</summary>
    /// <param name="connection">Its own end.</param>
    /// <param name="pieceLength">Octets that are sent at a time, under TLS in a record of their own.</param>
    public static RawSmtpClient Over(IDuplexPipe connection, int pieceLength) => new(new DuplexStream(connection), pieceLength);

    public static async Task<RawSmtpClient> ConnectAsync(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint).WaitAsync(Patience);
        return new RawSmtpClient(socket);
    }

    /// <summary>Connects, takes the greeting and says EHLO.</summary>
    public static async Task<RawSmtpClient> GreetAsync(EndPoint endPoint)
    {
        var client = await ConnectAsync(endPoint);
        await client.ReadReplyAsync();
        await client.CommandAsync("EHLO client.example");
        return client;
    }

    public Task SendAsync(string octets) => SendAsync(Encoding.Latin1.GetBytes(octets));

    public async Task SendAsync(byte[] octets)
    {
        for (var at = 0; at < octets.Length; at += Math.Min(_pieceLength, octets.Length - at))
        {
            await _stream.WriteAsync(octets.AsMemory(at, Math.Min(_pieceLength, octets.Length - at))).AsTask().WaitAsync(Patience);
        }
    }

    /// <summary>Sends to a server that may have hung up.</summary>
    public async Task TrySendAsync(string octets)
    {
        try
        {
            await SendAsync(octets);
        }
        catch (IOException)
        {
            // It has.
        }
    }

    /// <summary>Says that nothing more will be sent; replies can still be read.</summary>
    public async Task EndAsync()
    {
        try
        {
            if (_stream is SslStream tls)
            {
                await tls.ShutdownAsync().WaitAsync(Patience);
            }

            _socket?.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            // The server has hung up.
        }

        _memory?.EndOutput();
    }

    /// <summary>Sends close_notify; what is sent from then on is clear text.</summary>
    public async Task EndTlsAsync()
    {
        await ((SslStream)_stream).ShutdownAsync().WaitAsync(Patience);
        _stream = _clear!;
    }

    /// <summary>Sends a line with CRLF and reads the reply.</summary>
    public async Task<string> CommandAsync(string line)
    {
        await SendAsync(line + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>Reads one reply with all its lines, joined by <c>\n</c>; empty when the server has closed.</summary>
    public async Task<string> ReadReplyAsync()
    {
        var reply = new StringBuilder();
        while (true)
        {
            var line = await ReadLineAsync();
            if (line is null)
            {
                return reply.ToString();
            }

            reply.Append(reply.Length == 0 ? "" : "\n").Append(line);
            if (line.Length < 4 || line[3] == ' ')
            {
                return reply.ToString();
            }
        }
    }

    /// <summary>Reads everything until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        while (await ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Sends message data as it is, and reads the reply.</summary>
    public async Task<string> DataAsync(string octets)
    {
        await CommandAsync("DATA");
        await SendAsync(octets);
        return await ReadReplyAsync();
    }

    /// <summary>Says STARTTLS and shakes hands, accepting any certificate.</summary>
    public async Task StartTlsAsync()
    {
        var reply = await CommandAsync("STARTTLS");
        if (!reply.StartsWith("220", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"STARTTLS was answered: {reply}");
        }

        await HandshakeAsync();
    }

    /// <summary>Shakes hands, accepting any certificate.</summary>
    public async Task HandshakeAsync(SslProtocols protocols = SslProtocols.None)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "mx.example",
            EnabledSslProtocols = protocols,
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        }).WaitAsync(Patience);
        _clear = _stream;
        _stream = tls;
    }

    /// <summary>Closes without a word, as a client that crashes does.</summary>
    public void Reset()
    {
        if (_socket is null)
        {
            _stream.Dispose();
        }
        else
        {
            _socket.Close(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket?.Dispose();
    }

    private async Task<string?> ReadLineAsync()
    {
        while (true)
        {
            var lineFeed = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (lineFeed >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, lineFeed).TrimEnd('\r');
                _start += lineFeed + 1;
                return line;
            }

            Array.Copy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
            var read = 0;
            try
            {
                read = await _stream.ReadAsync(_buffer.AsMemory(_end)).AsTask().WaitAsync(Patience);
            }
            catch (IOException)
            {
                // A reset is an end too.
            }

            if (read == 0)
            {
                return null;
            }

            _end += read;
        }
    }

    /// <summary>Both directions of a pipe; the end of one is the end of both.</summary>
    private sealed class DuplexStream(IDuplexPipe pipe) : Stream
    {
        private readonly Stream _input = pipe.Input.AsStream();
        private readonly Stream _output = pipe.Output.AsStream();

        /// <summary>Ends one direction only.</summary>
        public void EndOutput() => pipe.Output.Complete();

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _output.Dispose();
                _input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
