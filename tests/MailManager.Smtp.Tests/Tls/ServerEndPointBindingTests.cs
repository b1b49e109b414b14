using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Tls;

namespace MailManager.Smtp.Tests.Tls;

public class ServerEndPointBindingTests
{
    [Theory]
    [InlineData("RSA", "SHA256", "SHA256")]
    [InlineData("RSA", "SHA384", "SHA384")]
    [InlineData("RSA", "SHA512", "SHA512")]
    [InlineData("PSS", "SHA256", "SHA256")]
    [InlineData("PSS", "SHA384", "SHA384")]
    [InlineData("PSS", "SHA512", "SHA512")]
    [InlineData("ECDSA", "SHA256", "SHA256")]
    [InlineData("ECDSA", "SHA384", "SHA384")]
    [InlineData("ECDSA", "SHA512", "SHA512")]
    public void The_certificate_is_hashed_with_the_hash_of_its_signature_but_none_below_SHA_256(string key, string hash, string expected)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new HashAlgorithmName(hash);
        var request = key == "ECDSA"
            ? new CertificateRequest("CN=a", ecdsa, name)
            : new CertificateRequest("CN=a", rsa, name, key == "PSS" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));

        var binding = ServerEndPointBinding.Create(certificate)!;

        Assert.Equal("tls-server-end-point", binding.Type);
        Assert.Equal(CryptographicOperations.HashData(new HashAlgorithmName(expected), certificate.RawData), binding.Data.ToArray());
    }
    [Theory]
    [InlineData("1.2.840.113549.1.1.4")]
    [InlineData("1.2.840.113549.1.1.5")]
    [InlineData("1.2.840.10045.4.1")]
    public void Instead_of_MD5_and_SHA_1_it_is_SHA_256(string signatureAlgorithm)
    {
        using var certificate = Sign(signatureAlgorithm);

        Assert.Equal(SHA256.HashData(certificate.RawData), ServerEndPointBinding.Create(certificate)!.Data.ToArray());
    }

    [Fact]
    public void Signatures_without_a_hash_have_no_binding()
    {
        using var certificate = Sign("1.3.101.112");

        Assert.Null(ServerEndPointBinding.Create(certificate));
    }

    private static X509Certificate2 Sign(string algorithm)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        return request.Create(request.SubjectName, new NamingGenerator(algorithm), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1), [1]);
    }

    /// <summary>Names an algorithm that .NET no longer signs with, and does not sign.</summary>
    private sealed class NamingGenerator(string algorithm) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(algorithm);
            }

            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => [0];

        protected override PublicKey BuildPublicKey() => throw new NotSupportedException();
    }
}
