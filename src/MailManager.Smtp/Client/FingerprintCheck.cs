using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Smtp.Client;

/// <summary>
/// A server's certificate is acceptable when its SHA-256 is one of those given, whoever issued it, whatever its names and dates. Immutable.
/// </summary>
/// <param name="fingerprints">64 hexadecimal digits each, in lower case.</param>
public sealed class FingerprintCheck(ImmutableArray<string> fingerprints) : ICertificateCheck
{
    /// <inheritdoc/>
    public string? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "the server sent no certificate";
        }

        var fingerprint = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
        return fingerprints.Contains(fingerprint) ? null : $"the certificate's fingerprint sha256:{fingerprint} is not one of those configured";
    }
}
