using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>The certificate for STARTTLS: from the configured PEM files, or a self-signed one kept in the data directory.</summary>
internal static class NodeCertificate
{
    private const string FileName = "self-signed.pem";

    /// <summary>Reads a certificate, its intermediates and its key. Throws <see cref="CryptographicException"/> or <see cref="IOException"/>.</summary>
    /// <param name="certificatePath">PEM, the server's certificate first, then its intermediates.</param>
    /// <param name="keyPath">PEM, not encrypted.</param>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load(string certificatePath, string keyPath)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificatePath);
        return (X509Certificate2.CreateFromPemFile(certificatePath, keyPath), chain);
    }

    /// <summary>
    /// The certificate made for this host name earlier, or a new one. Senders that use opportunistic TLS take it; those that check certificates do
    /// not, and fall back or refuse as they are set up.
    /// </summary>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadOrCreateSelfSigned(string dataDirectory, string hostname, DateTimeOffset now)
    {
        var path = Path.Combine(dataDirectory, FileName);
        if (File.Exists(path))
        {
            var kept = X509Certificate2.CreateFromPemFile(path);
            if (kept.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == hostname && kept.NotAfter.ToUniversalTime() > now.UtcDateTime.AddDays(30))
            {
                return (kept, []);
            }

            kept.Dispose();
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hostname}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostname);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var created = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        WritePrivately(path, created.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return (created, []);
    }

    private static void WritePrivately(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(path + ".part", options))
        {
            writer.Write(text);
        }

        File.Move(path + ".part", path, overwrite: true);
    }
}
