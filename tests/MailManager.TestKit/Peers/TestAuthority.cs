using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailManager.TestKit.Peers;

/// <summary>A certification authority with an ECDSA key, made on the spot. Valid from a day before <see cref="Now"/> for ten years unless said otherwise.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static int _serial;

    private readonly ECDsa _key;

    private TestAuthority(X509Certificate2 certificate, ECDsa key)
    {
        Certificate = certificate;
        _key = key;
    }

    /// <summary>The moment around which certificates are valid: a real one, because OpenSSL's tools know no other.</summary>
    public static DateTimeOffset Now { get; } = DateTimeOffset.UtcNow;

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public static TestAuthority CreateRoot(string name = "Test Root", DateTimeOffset? notAfter = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TestAuthority(AuthorityRequest(name, key).CreateSelfSigned(Now.AddYears(-1), notAfter ?? Now.AddYears(10)), key);
    }

    public TestAuthority CreateIntermediate(string name = "Test Intermediate")
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = AuthorityRequest(name, key).Create(Certificate, Certificate.NotBefore, Certificate.NotAfter, NextSerial());
        return new TestAuthority(signed.CopyWithPrivateKey(key), key);
    }

    /// <summary>A server's certificate for the names.</summary>
    public X509Certificate2 IssueServer(params string[] names) => Issue(new TestSubject { DnsNames = names, Usage = ServerAuthentication });

    /// <summary>A client's certificate.</summary>
    public X509Certificate2 IssueClient(string name = "client") => Issue(new TestSubject { CommonName = name, Usage = ClientAuthentication });

    public X509Certificate2 Issue(TestSubject subject)
    {
        using AsymmetricAlgorithm key = subject.Rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var distinguishedName = subject.Subject ?? new X500DistinguishedName($"CN={subject.CommonName ?? subject.DnsNames.FirstOrDefault() ?? "test"}");
        var request = key is RSA rsa
            ? new CertificateRequest(distinguishedName, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(distinguishedName, (ECDsa)key, HashAlgorithmName.SHA256);
        if (subject.Names is { } names)
        {
            request.CertificateExtensions.Add(new X509Extension("2.5.29.17", names, critical: false));
        }
        else if (subject.DnsNames.Length > 0)
        {
            var builder = new SubjectAlternativeNameBuilder();
            foreach (var name in subject.DnsNames)
            {
                builder.AddDnsName(name);
            }

            request.CertificateExtensions.Add(builder.Build());
        }

        if (subject.Usage is { } usage)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        var generator = X509SignatureGenerator.CreateForECDsa(_key);
        using var signed = request.Create(
            Certificate.SubjectName, generator, subject.NotBefore ?? Now.AddDays(-1), subject.NotAfter ?? Now.AddYears(1), subject.Serial ?? NextSerial());
        return key is RSA privateRsa ? signed.CopyWithPrivateKey(privateRsa) : signed.CopyWithPrivateKey((ECDsa)key);
    }

    /// <summary>A revocation list in PEM.</summary>
    public string RevocationList(DateTimeOffset? nextUpdate = null, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked)
        {
            builder.AddEntry(certificate);
        }

        var next = nextUpdate ?? Now.AddYears(5);
        var list = builder.Build(Certificate, 1, next, HashAlgorithmName.SHA256, rsaSignaturePadding: null, next.AddDays(-400));
        return PemEncoding.WriteString("X509 CRL", list) + "\n";
    }

    /// <summary>Certificate and key in PEM.</summary>
    public static string PemWithKey(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n" + KeyPem(certificate);

    public static string KeyPem(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static byte[] NextSerial() => Encoding.ASCII.GetBytes($"T{Interlocked.Increment(ref _serial):D7}");
}

/// <summary>What a test wants in a certificate.</summary>
public sealed record TestSubject
{
    public string? CommonName { get; init; }

    /// <summary>Instead of a common name.</summary>
    public X500DistinguishedName? Subject { get; init; }

    public string[] DnsNames { get; init; } = [];

    /// <summary>The value of the subjectAltName extension as it is, instead of DNS names.</summary>
    public byte[]? Names { get; init; }

    /// <summary>OID of the extended key usage; null: no such extension.</summary>
    public string? Usage { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? NotAfter { get; init; }

    public byte[]? Serial { get; init; }

    /// <summary>An RSA key rather than an ECDSA one.</summary>
    public bool Rsa { get; init; }
}
