using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>
/// A certificate as one listener has it. .NET keeps OpenSSL's contexts, and with them the keys of session tickets, in one cache for the whole process,
/// found by the hash of the certificate; listeners with the same certificate would resume each other's sessions. So the hash of this
/// one is of the certificate and the object. It goes no further than that cache: what peers see is the certificate itself.
/// </summary>
internal sealed class ListenerCertificate(X509Certificate2 certificate) : X509Certificate2(certificate)
{
    private readonly byte[] _listener = RandomNumberGenerator.GetBytes(32);

    public override byte[] GetCertHash(HashAlgorithmName hashAlgorithm) => CryptographicOperations.HashData(hashAlgorithm, [.. RawDataMemory.Span, .. _listener]);

    public override bool TryGetCertHash(HashAlgorithmName hashAlgorithm, Span<byte> destination, out int bytesWritten) =>
        CryptographicOperations.TryHashData(hashAlgorithm, [.. RawDataMemory.Span, .. _listener], destination, out bytesWritten);
}
