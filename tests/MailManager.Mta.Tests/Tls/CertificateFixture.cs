using System.Security.Cryptography.X509Certificates;
using MailManager.Mta.Configuration;
using MailManager.Mta.Tls;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Tls;

/// <summary>An authority, a directory with PEM files, a clock and a log.</summary>
internal sealed class CertificateFixture : IDisposable
{
    public TestAuthority Authority { get; } = TestAuthority.CreateRoot();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("mailmanager-").FullName;

    public FakeTimeProvider Time { get; } = new(TestAuthority.Now);

    public EventList Log { get; } = new();

    /// <summary>Writes a certificate with its key.</summary>
    public TlsFiles Write(string file, X509Certificate2 certificate)
    {
        var files = new TlsFiles(Path.Combine(Directory, file + ".crt"), Path.Combine(Directory, file + ".key"));
        File.WriteAllText(files.CertificatePath, certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(files.KeyPath, TestAuthority.KeyPem(certificate));
        return files;
    }

    public CertificateStore Open(params TlsFiles[] files) => CertificateStore.Open([.. files], Time, Log);

    /// <summary>A store with one certificate for <c>mx.example</c>.</summary>
    public CertificateStore OpenOne() => Open(Write("mx", Authority.IssueServer("mx.example")));

    public void Dispose()
    {
        Authority.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
