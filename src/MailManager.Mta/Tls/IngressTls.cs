using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Tls;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tls;

/// <summary>
/// TLS of one listener: one object for each, never shared, because a session may be resumed only where it began. Options are made once a certificate
/// and listener and kept, so that handshakes share OpenSSL's context and sessions can be resumed. Thread-safe.
/// </summary>
internal sealed class IngressTls : ITlsServerSettings
{
    /// <summary>A ticket key serves so long; a stolen one opens no more than a day of TLS 1.2 sessions that used tickets.</summary>
    internal static readonly TimeSpan TicketKeyLifetime = TimeSpan.FromDays(1);

    private readonly string _ingressPoint;
    private readonly CertificateStore _certificates;
    private readonly TrustStore? _trust;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile Generation _generation;

    /// <param name="ingressPoint">Its name, for logs.</param>
    /// <param name="certificates">Shared by all listeners.</param>
    /// <param name="trust">Whose certificates clients must show (MTLS); null: none is asked for.</param>
    /// <param name="time">When ticket keys are renewed.</param>
    /// <param name="logger">Takes events 6110 and 6111.</param>
    public IngressTls(string ingressPoint, CertificateStore certificates, TrustStore? trust, TimeProvider time, ILogger logger)
    {
        _ingressPoint = ingressPoint;
        _certificates = certificates;
        _trust = trust;
        _time = time;
        _logger = logger;
        _generation = Begin(certificates.Current);
    }

    public bool RequiresClientCertificate => _trust is not null;

    public SslServerAuthenticationOptions Select(string serverName)
    {
        var generation = _generation;
        var set = _certificates.Current;
        if (_time.GetElapsedTime(generation.Began) >= TicketKeyLifetime)
        {
            _generation = generation = Begin(set);
        }
        else if (generation.Set != set)
        {
            _generation = generation = Continue(generation, set);
        }

        var certificate = set.Find(serverName);
        return generation.Options.TryGetValue(certificate, out var options)
            ? options
            : generation.Options.GetOrAdd(certificate, Create);
    }

    /// <summary>Threads that come at the same moment do it each for itself, which costs one or the other a full handshake.</summary>
    private Generation Begin(CertificateSet set)
    {
        foreach (var notice in _trust?.Notices() ?? [])
        {
            TlsLog.TrustStoreNotice(_logger, _ingressPoint, PeerText.Escape(notice));
        }

        return new Generation(set, _time.GetTimestamp(), new ConcurrentDictionary<ServerCertificate, SslServerAuthenticationOptions>());
    }

    /// <summary>Options of certificates that have not changed are kept.</summary>
    private static Generation Continue(Generation old, CertificateSet set) =>
        new(set, old.Began, new ConcurrentDictionary<ServerCertificate, SslServerAuthenticationOptions>(old.Options.Where(entry => set.Certificates.Contains(entry.Key))));

    private SslServerAuthenticationOptions Create(ServerCertificate certificate)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(
                new ListenerCertificate(certificate.Certificate), certificate.Chain, offline: true, _trust?.CreateHandshakeTrust()),
            EnabledSslProtocols = TlsDuplexPipe.AllowedProtocols,
            AllowRenegotiation = false,
        };
        if (_trust is not null)
        {
            options.ClientCertificateRequired = true;
            options.RemoteCertificateValidationCallback = IsAccepted;

            // A resumed session shows the certificate without its intermediates, so it could not be checked against today's CRLs.
            options.AllowTlsResume = false;

            // What SslStream finds out about the chain is not asked; here it only must not use the network or the system's roots.
            options.CertificateChainPolicy = TrustStore.CreatePolicy();
        }

        return options;
    }

    private bool IsAccepted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var client = certificate as X509Certificate2;
        var reason = client is null ? "there is none" : _trust!.Check(client, chain?.ChainPolicy.ExtraStore);
        return reason is null || Refuse(client, reason);
    }

    /// <summary>Throws, so that the session's own log line, which has the client's address, holds the reason too.</summary>
    private bool Refuse(X509Certificate2? client, string reason)
    {
        TlsLog.ClientRefused(_logger, _ingressPoint, PeerText.Escape(reason), PeerText.Escape(client?.Subject ?? string.Empty), client?.SerialNumber ?? string.Empty);
        throw new AuthenticationException($"Client certificate refused: {PeerText.Escape(reason)}");
    }

    /// <summary>Options that live and end together.</summary>
    private sealed record Generation(CertificateSet Set, long Began, ConcurrentDictionary<ServerCertificate, SslServerAuthenticationOptions> Options);
}
