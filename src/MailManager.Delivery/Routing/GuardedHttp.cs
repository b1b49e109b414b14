using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Smtp.Tls;

namespace MailManager.Delivery.Routing;

/// <summary>
/// HTTPS to hosts that owners of mail domains choose: certificate checked, no redirects, no proxy, no cookies, a connection for each request. Addresses
/// are looked up and guarded as those of mail hosts are, and the one that was checked is connected to. Thread-safe.
/// </summary>
internal sealed class GuardedHttp
{
    /// <summary>Octets of an answer.</summary>
    internal const int MaxLength = 64 << 10;

    /// <summary>For one address.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <summary>Addresses tried.</summary>
    private const int MaxAddresses = 4;

    private readonly IDns _dns;
    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;

    private GuardedHttp(IDns dns, DeliveryOptions options, TimeProvider time)
    {
        _dns = dns;
        _options = options;
        _time = time;
    }

    /// <summary>A client without a time-out of its own, for the caller to dispose.</summary>
    /// <param name="dns">Where to ask.</param>
    /// <param name="options">Guard and roots.</param>
    /// <param name="time">For time-outs.</param>
    public static HttpClient CreateClient(IDns dns, DeliveryOptions options, TimeProvider time)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ActivityHeadersPropagator = null,
            ConnectCallback = new GuardedHttp(dns, options, time).ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = TlsDuplexPipe.AllowedProtocols,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            },
        };
        if (options.TrustedRoots is { } roots)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxLength };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = await HostAddresses.FindAsync(_dns, host, _options.Mx.AllowPrivateTargets, cancellationToken).ConfigureAwait(false);
        Exception? last = null;
        foreach (var address in found.Addresses.Take(MaxAddresses))
        {
            using var patience = new CancellationTokenSource(ConnectPatience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), either.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                last = fault;
            }
        }

        throw new IOException(found.Failure?.ToString() ?? last?.Message, last);
    }
}
