using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Tls;

namespace MailManager.TestKit.Peers;

/// <summary>Server settings with one certificate for every name and no question to the client.</summary>
public sealed class TestTls(X509Certificate2 certificate) : ITlsServerSettings
{
    private readonly SslServerAuthenticationOptions _options = new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
        EnabledSslProtocols = TlsDuplexPipe.AllowedProtocols,
        AllowRenegotiation = false,
    };

    public bool RequiresClientCertificate => false;

    public SslServerAuthenticationOptions Select(string serverName) => _options;
}
