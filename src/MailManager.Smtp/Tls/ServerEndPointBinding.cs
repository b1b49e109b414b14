using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tls;

/// <summary>
/// <c>tls-server-end-point</c> (RFC 5929 §4.1): the server's certificate hashed with the hash of its signature algorithm, or with SHA-256 when
/// that is MD5 or SHA-1.
/// </summary>
internal static class ServerEndPointBinding
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    /// <summary>Null when the signature uses no hash or none that is known, as EdDSA: the type is undefined then.</summary>
    public static SaslChannelBinding? Create(X509Certificate2 certificate) =>
        Hash(certificate) is { } hash ? new SaslChannelBinding("tls-server-end-point", CryptographicOperations.HashData(hash, certificate.RawData)) : null;

    private static HashAlgorithmName? Hash(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        // RSA with MD5, RSA with SHA-1, ECDSA with SHA-1, then SHA-256.
        "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        RsaPss => PssHash(certificate.RawData),
        _ => null,
    };

    /// <summary>RSASSA-PSS names its hash in the parameters; without them it is SHA-1 (RFC 4055 §3.1).</summary>
    private static HashAlgorithmName? PssHash(byte[] certificate)
    {
        var outer = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        outer.ReadEncodedValue();
        var algorithm = outer.ReadSequence();
        algorithm.ReadObjectIdentifier();
        var hashTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (!algorithm.HasData || algorithm.ReadSequence() is not { HasData: true } parameters || parameters.PeekTag() != hashTag)
        {
            return HashAlgorithmName.SHA256;
        }

        return parameters.ReadSequence(hashTag).ReadSequence().ReadObjectIdentifier() switch
        {
            "1.3.14.3.2.26" or "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => null,
        };
    }
}
