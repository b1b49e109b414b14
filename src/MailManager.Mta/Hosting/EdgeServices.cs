using MailManager.Mta.Configuration;
using MailManager.Mta.Credentials;
using MailManager.Mta.Tls;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Hosting;

/// <summary>What the listeners of all ingress points share, certificates and credentials, and the options that each listener gets of it.</summary>
internal sealed class EdgeServices : IAsyncDisposable
{
    private readonly string _hostname;
    private readonly IReadOnlyList<Secret> _secrets;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly CertificateStore _certificates;
    private readonly CredentialStore _credentials;
    private readonly PasswordDerivation _derivation = new();
    private readonly SaslThrottle _throttle;

    /// <summary>
    /// Reads certificates and the store of credentials. Throws <see cref="IOException"/>, <see cref="CredentialStoreException"/> or
    /// <see cref="System.Security.Cryptography.CryptographicException"/>.
    /// </summary>
    public EdgeServices(NodeSettings node, IReadOnlyList<Secret> secrets, ILoggerFactory loggers, TimeProvider time)
    {
        _hostname = node.Hostname;
        _secrets = secrets;
        _loggers = loggers;
        _time = time;
        _throttle = new SaslThrottle(time);
        _credentials = CredentialStore.Open(node.DataDirectory, time);
        var files = node.Tls ?? NodeCertificate.EnsureSelfSigned(node.DataDirectory, node.Hostname, time.GetUtcNow());
        _certificates = CertificateStore.Open([files, .. node.Certificates], time, loggers.CreateLogger<CertificateStore>());
    }

    /// <summary>The options of each listener of an ingress point, in their order. Hashes its passwords, so not for the hot path.</summary>
    public IEnumerable<(ListenerSettings Listener, SmtpServerOptions Options)> Open(BuiltIngress built)
    {
        var ingress = built.Ingress;
        var authenticator = ingress.Type == IngressPointType.Auth ? CreateAuthenticator(ingress) : null;
        foreach (var listener in ingress.Listeners)
        {
            yield return (listener, new SmtpServerOptions
            {
                Hostname = _hostname,
                Group = ingress.IngressPointName,
                MaxGroupSessions = ingress.Limits.Sessions ?? int.MaxValue,
                IsLmtp = listener.Protocol == ListenerProtocol.Lmtp,
                Tls = new IngressTls(ingress.IngressPointName, _certificates, built.Trust, _time, _loggers.CreateLogger<IngressTls>()),
                IsTlsImplicit = listener.Tls == ListenerTls.Implicit,
                RequireTls = ingress.TlsPolicy != TlsPolicy.Optional || built.Trust is not null,
                Authenticator = authenticator,
                RequireAuthentication = authenticator is not null,
                ProxyFrom = listener.ProxyFrom,
                XClientFrom = listener.XClientFrom,
                Limits = ToLimits(ingress.Limits),
                GreetingDelay = ingress.Protection.GreetingDelay ?? TimeSpan.Zero,
                TarpitDelay = ingress.Protection.Tarpit?.Delay ?? TimeSpan.Zero,
                TarpitAfterErrors = ingress.Protection.Tarpit?.AfterErrors ?? 0,
            });
        }
    }

    /// <summary>Forgets credentials of ingress points that are no more.</summary>
    public void RetainCredentials(IReadOnlyCollection<string> ingressPoints) => _credentials.RetainOnly(ingressPoints);

    public async ValueTask DisposeAsync()
    {
        await _certificates.DisposeAsync().ConfigureAwait(false);
        _derivation.Dispose();
    }

    private static Smtp.Server.SessionLimits ToLimits(Resources.IngressPoints.SessionLimits limits) => new()
    {
        Recipients = limits.Recipients,
        Transactions = limits.Transactions,
        Errors = limits.Errors,
        UnknownCommands = limits.UnknownCommands,
        CommandLine = limits.CommandLine,
        IdleTimeout = limits.IdleTimeout,
        SessionTime = limits.SessionTime,
        HandshakeTimeout = limits.HandshakeTimeout,
        DataTimeout = limits.DataTimeout,
        MinDataRate = limits.MinDataRate,
    };

    private SaslAuthenticator CreateAuthenticator(IngressPoint ingress)
    {
        var name = ingress.IngressPointName;
        var main = ((IngressAuthentication.Password)ingress.Authentication).Value;
        var credentials = _credentials.Create(name, [ToSource(name, main), .. ingress.Credentials.Select(further => ToSource(further.Name, further.Password))]);
        return new SaslAuthenticator(credentials, _derivation, _throttle, new CredentialLog(_loggers.CreateLogger<CredentialLog>(), name), _time);
    }

    private CredentialSource ToSource(string name, IngressPassword password)
    {
        if (password is IngressPassword.Managed managed)
        {
            return CredentialSource.Managed(name, managed.Value);
        }

        var secret = _secrets.Single(secret => secret.Name == ((IngressPassword.FromSecret)password).Secret);
        return CredentialSource.FromSecret(
            name, secret.Values[Resources.IngressPoints.IngressCredentials.PasswordKey],
            secret.PreviousValues is { } previous ? [previous[Resources.IngressPoints.IngressCredentials.PasswordKey]] : []);
    }
}
