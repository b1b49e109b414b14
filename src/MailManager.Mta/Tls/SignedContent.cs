using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>What a certification authority has signed (RFC 5280 §4.1.1).</summary>
/// <param name="Content">The signed octets.</param>
/// <param name="Algorithm">AlgorithmIdentifier in DER.</param>
/// <param name="Signature">Its octets.</param>
internal sealed record SignedContent(ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Algorithm, byte[] Signature)
{
    /// <summary>Whether the key of this certificate made the signature. False for algorithms other than RSA (PKCS #1, PSS) and ECDSA with SHA-2.</summary>
    public bool IsSignedBy(X509Certificate2 signer)
    {
        try
        {
            var algorithm = new AsnReader(Algorithm, AsnEncodingRules.DER).ReadSequence();
            return algorithm.ReadObjectIdentifier() switch
            {
                "1.2.840.113549.1.1.11" => IsRsa(signer, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                "1.2.840.113549.1.1.12" => IsRsa(signer, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
                "1.2.840.113549.1.1.13" => IsRsa(signer, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
                "1.2.840.113549.1.1.10" => PssHash(algorithm) is { } hash && IsRsa(signer, hash, RSASignaturePadding.Pss),
                "1.2.840.10045.4.3.2" => IsEcdsa(signer, HashAlgorithmName.SHA256),
                "1.2.840.10045.4.3.3" => IsEcdsa(signer, HashAlgorithmName.SHA384),
                "1.2.840.10045.4.3.4" => IsEcdsa(signer, HashAlgorithmName.SHA512),
                _ => false,
            };
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            // Includes keys and hashes that OpenSSL refuses in FIPS mode.
            return false;
        }
    }

    private bool IsRsa(X509Certificate2 signer, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        using var key = signer.GetRSAPublicKey();
        return key?.VerifyData(Content.Span, Signature, hash, padding) == true;
    }

    private bool IsEcdsa(X509Certificate2 signer, HashAlgorithmName hash)
    {
        using var key = signer.GetECDsaPublicKey();
        return key?.VerifyData(Content.Span, Signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }

    /// <summary>The hash in the parameters of RSASSA-PSS (RFC 4055 §3.1); the salt is taken as long as the hash.</summary>
    private static HashAlgorithmName? PssHash(AsnReader algorithm) =>
        algorithm.ReadSequence().ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)).ReadSequence().ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => null,
        };
}
