using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Tls;

namespace MailManager.Smtp.Tests.Tls;

public class ServerEndPointBindingTests
{
    [Theory]
    [InlineData("RSA", "SHA1", "SHA256")]
    [InlineData("RSA", "SHA256", "SHA256")]
    [InlineData("RSA", "SHA384", "SHA384")]
    [InlineData("RSA", "SHA512", "SHA512")]
    [InlineData("PSS", "SHA256", "SHA256")]
    [InlineData("PSS", "SHA384", "SHA384")]
    [InlineData("PSS", "SHA512", "SHA512")]
    [InlineData("ECDSA", "SHA1", "SHA256")]
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
}
