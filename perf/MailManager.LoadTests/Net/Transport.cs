using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.LoadTests.Net;

/// <summary>Why a connection ended: <c>timeout</c>, <c>closed</c>, <c>refused</c>, <c>tls</c> or a socket error's name.</summary>
internal sealed class TransportException(string kind, Exception? inner = null) : IOException(kind, inner)
{
    public string Kind { get; } = kind;
}

/// <summary>
/// One connection, plain or TLS, of the driver or of the sink. Used by one loop at a time; only <see cref="Expire"/> comes
/// from another thread (the watchdog's). Each wait for the network is limited by the <see cref="Watchdog"/>.
/// </summary>
internal sealed class Transport : IDisposable
{
    // Every handshake is a full one, whatever server and runtime would remember. Any certificate is good, so that no chain needs to be found.
    private static readonly SslClientAuthenticationOptions ClientTls = new()
    {
        TargetHost = "localhost",
        AllowTlsResume = false,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
#pragma warning disable CA5359 // The peer is this machine's own test server with a self-signed certificate.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    private readonly Socket _socket;
    private readonly Watchdog _watchdog;
    private SslStream? _tls;
    private long _waitingSince;
    private volatile bool _expired;

    public Transport(Socket socket, Watchdog watchdog)
    {
        _socket = socket;
        _watchdog = watchdog;
        _watchdog.Add(this);
    }

    public bool IsTls => _tls is not null;

    /// <summary>Start of the current wait in <see cref="Environment.TickCount64"/> milliseconds; 0 while not waiting.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    public async ValueTask ConnectAsync(System.Net.IPEndPoint endPoint)
    {
        Volatile.Write(ref _waitingSince, Environment.TickCount64);
        try
        {
            await _socket.ConnectAsync(endPoint).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Fault(e);
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }
    }

    /// <summary>Reads at least one octet; 0 means that the other side closed.</summary>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        Volatile.Write(ref _waitingSince, Environment.TickCount64);
        try
        {
            return _tls is null
                ? await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false)
                : await _tls.ReadAsync(buffer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw Fault(e);
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }
    }

    /// <summary>Writes everything in one call.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> buffer)
    {
        Volatile.Write(ref _waitingSince, Environment.TickCount64);
        try
        {
            if (_tls is not null)
            {
                await _tls.WriteAsync(buffer).ConfigureAwait(false);
                return;
            }

            while (!buffer.IsEmpty)
            {
                var sent = await _socket.SendAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                buffer = buffer[sent..];
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw Fault(e);
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }
    }

    /// <summary>Client side of STARTTLS, always with a full handshake.</summary>
    public Task StartTlsAsClientAsync() => HandshakeAsync(static tls => tls.AuthenticateAsClientAsync(ClientTls));

    /// <summary>Server side of STARTTLS.</summary>
    public Task StartTlsAsServerAsync(X509Certificate2 certificate) => HandshakeAsync(
        tls => tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }));

    /// <summary>Ends a wait that has lasted too long.</summary>
    public void Expire()
    {
        _expired = true;
        _socket.Dispose();
    }

    public void Dispose()
    {
        _watchdog.Remove(this);
        _tls?.Dispose();
        _socket.Dispose();
    }

    private async Task HandshakeAsync(Func<SslStream, Task> authenticate)
    {
        var tls = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        Volatile.Write(ref _waitingSince, Environment.TickCount64);
        try
        {
            await authenticate(tls).ConfigureAwait(false);
            _tls = tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw _expired ? Fault(e) : new TransportException("tls", e);
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }
    }

    private TransportException Fault(Exception e)
    {
        if (_expired)
        {
            return new TransportException("timeout", e);
        }

        var error = (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode;
        return new TransportException(
            error switch
            {
                SocketError.ConnectionRefused => "refused",
                SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted or null => "closed",
                var other => other.Value.ToString(),
            },
            e);
    }
}
