using System.Security.Cryptography.X509Certificates;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using MailManager.Smtp.Tls;

namespace MailManager.Delivery.OAuth;

/// <summary>
/// Where the tokens of relays come from. What has not changed keeps its source, and so its token and its connections, when other relays come in force.
/// Thread-safe.
/// </summary>
internal sealed class AccessTokenSources : IDisposable
{
    /// <summary>Octets of an answer; tokens are a few KiB.</summary>
    private const int MaxAnswer = 64 << 10;

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Dictionary<Key, ClientCredentialsTokens> _sources = [];

    /// <param name="trustedRoots">That certificates of authorization servers are checked against; null: the system's.</param>
    /// <param name="time">For the age of tokens and for time-outs.</param>
    public AccessTokenSources(X509Certificate2Collection? trustedRoots, TimeProvider time)
    {
        _time = time;
        var handler = new SocketsHttpHandler
        {
            // A redirect would carry the client's secret elsewhere.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        };
        handler.SslOptions.EnabledSslProtocols = TlsDuplexPipe.AllowedProtocols;
        if (trustedRoots is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(trustedRoots);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer };
    }

    /// <summary>The sources of these logins, in their order; those of others are forgotten.</summary>
    public IAccessTokens[] Use(IReadOnlyList<(RelayAuthentication.OAuth Login, string ClientSecret)> logins)
    {
        lock (_gate)
        {
            var before = _sources;
            _sources = [];
            return [.. logins.Select(login => Find(before, new Key(login.Login, login.ClientSecret)))];
        }
    }

    public void Dispose() => _http.Dispose();

    private ClientCredentialsTokens Find(Dictionary<Key, ClientCredentialsTokens> before, Key key)
    {
        if (!_sources.TryGetValue(key, out var source))
        {
            _sources[key] = source = before.GetValueOrDefault(key) ?? new ClientCredentialsTokens(_http, key.Login, key.ClientSecret, _time);
        }

        return source;
    }

    private readonly record struct Key(RelayAuthentication.OAuth Login, string ClientSecret);
}
