using System.Net.Security;

namespace MailManager.Smtp.Tls;

/// <summary>Certificates and rules of TLS on one listener. Asked at every handshake, so that a new certificate serves the next one. Thread-safe.</summary>
public interface ITlsServerSettings
{
    /// <summary>Whether a client has to show a certificate.</summary>
    bool RequiresClientCertificate { get; }

    /// <summary>The options for a handshake. Kept and given again while nothing changes, so that sessions can be resumed.</summary>
    /// <param name="serverName">The name that the client asked for (SNI); empty: none.</param>
    SslServerAuthenticationOptions Select(string serverName);
}
