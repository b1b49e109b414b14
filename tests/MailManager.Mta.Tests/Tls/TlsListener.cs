using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using MailManager.Smtp.Tls;

namespace MailManager.Mta.Tests.Tls;

/// <summary>A socket that does a handshake with each connection, says one line, and waits for the client to go.</summary>
internal sealed class TlsListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITlsServerSettings _settings;
    private readonly Task _work;

    public TlsListener(ITlsServerSettings settings)
    {
        _settings = settings;
        _listener.Start();
        _work = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Why the last handshake failed.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Subject of the last client's certificate.</summary>
    public string? RemoteSubject { get; private set; }

    public async ValueTask DisposeAsync()
    {
        if (_work.IsCompleted)
        {
            return;
        }

        await _stop.CancelAsync();
        await _work;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                await using var stream = new NetworkStream(socket);
                await ServeAsync(new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream)));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(IDuplexPipe transport)
    {
        try
        {
            await using var tls = await TlsDuplexPipe.AuthenticateAsServerAsync(transport, _settings, _stop.Token);
            RemoteSubject = tls.RemoteCertificate?.Subject;
            await tls.Output.WriteAsync("220 hello\r\n"u8.ToArray(), _stop.Token);
            await tls.Input.ReadAsync(_stop.Token);
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            Fault = fault;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
