using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Mta.Configuration;

namespace MailManager.Mta.Tls;

/// <summary>A self-signed certificate, kept in the data directory, for a node without another.</summary>
internal static class NodeCertificate
{
    private const string FileName = "self-signed.pem";

    /// <summary>Left of its year when a new one is made at a start: more than the notice of its end, so that there is none.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(30);

    /// <summary>
    /// The file of the certificate made for this host name earlier, or of a new one. Senders that use opportunistic TLS take it; those that check
    /// certificates do not, and fall back or refuse as they are set up. Throws <see cref="CryptographicException"/> or <see cref="IOException"/>.
    /// </summary>
    public static TlsFiles EnsureSelfSigned(string dataDirectory, string hostname, DateTimeOffset now)
    {
        var path = Path.Combine(dataDirectory, FileName);
        var files = new TlsFiles(path, path);
        if (File.Exists(path))
        {
            using var kept = X509Certificate2.CreateFromPemFile(path);
            if (kept.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == hostname && kept.NotAfter - now >= Renewal)
            {
                return files;
            }
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hostname}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostname);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var created = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        WritePrivately(path, created.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return files;
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
