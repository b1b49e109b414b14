using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.TestKit.Peers;

/// <summary>Certificates made on the spot.</summary>
public static class TestCertificates
{
    /// <summary>Self-signed, valid for a day around now, or around another time.</summary>
    public static X509Certificate2 CreateSelfSigned(string name = "localhost", TimeSpan away = default)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = DateTimeOffset.UtcNow + away;
        return request.CreateSelfSigned(now.AddHours(-12), now.AddHours(12));
    }
}
