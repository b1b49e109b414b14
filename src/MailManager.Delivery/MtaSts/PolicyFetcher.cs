using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Routing;
using MailManager.Smtp.Tls;

namespace MailManager.Delivery.MtaSts;

/// <summary>
/// Fetches policies over HTTPS (RFC 8461 §3.3): certificate checked, no redirects, no proxy, no cookies, a connection for each. The domain's owner chooses
/// where that leads, so addresses are looked up and guarded as those of mail hosts are, and the one that was checked is connected to. Thread-safe.
/// </summary>
internal sealed class PolicyFetcher : IDisposable
{
    /// <summary>Octets of a policy (RFC 8461 §3.3 suggests a bound of 64 KiB).</summary>
    internal const int MaxLength = 64 << 10;

    /// <summary>For all of it (RFC 8461 §3.3 suggests a minute).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>For one address.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <summary>Addresses tried.</summary>
    private const int MaxAddresses = 4;

    private readonly IDns _dns;
    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="dns">Where to ask.</param>
    /// <param name="options">Port, guard and roots.</param>
    /// <param name="time">For time-outs.</param>
    public PolicyFetcher(IDns dns, DeliveryOptions options, TimeProvider time)
    {
        _dns = dns;
        _options = options;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
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

        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxLength };
    }

    /// <summary>The policy, or why there is none. Never throws for what happens on the way.</summary>
    /// <param name="domain">Of the recipient; a host name.</param>
    /// <param name="cancellationToken">Gives up; a failure like others.</param>
    public async Task<(StsPolicy? Policy, string? Failure)> FetchAsync(string domain, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var address = new UriBuilder(Uri.UriSchemeHttps, $"mta-sts.{domain}", _options.MtaSts!.Port, "/.well-known/mta-sts.txt").Uri;
            using var response = await _client.GetAsync(address, either.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (null, $"the policy host answered {(int)response.StatusCode}");
            }

            if (!string.Equals(response.Content.Headers.ContentType?.MediaType, "text/plain", StringComparison.OrdinalIgnoreCase))
            {
                return (null, $"the policy is {response.Content.Headers.ContentType?.MediaType ?? "of no type"}, not text/plain");
            }

            var octets = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return StsPolicyText.TryParse(octets, out var policy, out var fault) ? (policy, null) : (null, fault);
        }
        catch (OperationCanceledException)
        {
            return (null, deadline.IsCancellationRequested ? "the policy host took too long" : "stopping");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return (null, fault.InnerException is { } inner ? $"{fault.Message} {inner.Message}" : fault.Message);
        }
    }

    public void Dispose() => _client.Dispose();

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
