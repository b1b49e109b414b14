using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Relays;

/// <summary>Files of certificates that relays name.</summary>
public sealed class RelayCertificateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;

    public RelayCertificateTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(_directory, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_directory, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_directory, "other.pem"), other.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_directory, "empty.pem"), "nothing");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Roots_and_the_clients_certificate_are_loaded()
    {
        var (resources, errors) = Read(Yaml("TrustedRootsFile: cert.pem, ClientCertificate: { CertificateFile: cert.pem, PrivateKeyFile: key.pem }"), directory: _directory);
        Assert.Empty(errors);
        var options = resources!.Relays[0].TlsOptions;
        Assert.Equal("CN=test", Assert.Single(options.TrustedRoots!).Subject);
        Assert.True(options.ClientCertificate!.Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("TrustedRootsFile: empty.pem", ".TrustedRootsFile: the file has no certificate (PEM, -----BEGIN CERTIFICATE-----)")]
    [InlineData("ClientCertificate: { CertificateFile: cert.pem, PrivateKeyFile: other.pem }", ".ClientCertificate: the files are not a certificate and its private key (PEM, the key without a password), or cannot be read")]
    [InlineData("ClientCertificate: { CertificateFile: empty.pem, PrivateKeyFile: key.pem }", ".ClientCertificate: the files are not a certificate and its private key (PEM, the key without a password), or cannot be read")]
    [InlineData("ClientCertificate: { CertificateFile: cert.pem }", ".ClientCertificate: PrivateKeyFile is missing")]
    public void Files_that_are_none_are_errors(string options, string expected) =>
        Assert.Equal(["mailmanager.yaml:1: Relays[0].TlsOptions" + expected], Read(Yaml(options), directory: _directory).Errors);

    private static string Yaml(string options) =>
        $"Relays: [{{ RelayName: r, ServerName: a, ServerPort: 25, Authentication: {{ NoAuthentication: {{}} }}, Tls: REQUIRED, TlsOptions: {{ {options} }} }}]";
}
