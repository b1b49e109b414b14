using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Resources.Relays;

/// <summary>How TLS to a relay's server differs from the usual; beyond the API.</summary>
public sealed record RelayTlsOptions
{
    /// <summary>TLS 1.3 is the lowest version; else 1.2.</summary>
    public bool NeedsTls13 { get; init; }

    /// <summary>The name sent (SNI) and expected in the certificate; null: that of the server.</summary>
    public string? ServerName { get; init; }

    /// <summary>Roots to trust instead of the system's; null: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>SHA-256 of certificates, 64 lower-case hexadecimal digits each; any match is enough. Empty: chain and name are checked.</summary>
    public ImmutableArray<string> Fingerprints { get; init; } = [];

    /// <summary>Shown to a server that asks for one; null: none.</summary>
    public RelayClientCertificate? ClientCertificate { get; init; }
}

/// <summary>A certificate for logging in by TLS.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Chain">What else its file holds: the authorities between it and a root.</param>
public sealed record RelayClientCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain);
