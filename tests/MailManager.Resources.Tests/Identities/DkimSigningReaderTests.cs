using System.Security.Cryptography;
using MailManager.Resources.Identities;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Identities;

public sealed class DkimSigningReaderTests : IDisposable
{
    /// <summary>As <c>openssl genpkey -algorithm ed25519</c> makes them; the key of RFC 8032 §7.1, test 1.</summary>
    private const string Ed25519 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("mailmanager").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Keys_of_both_kinds_are_read()
    {
        var identities = ReadValid($$"""
            Identities:
              - other.example
              - EmailIdentity: Example.com
                DkimSigningAttributes:
                  - { DomainSigningSelector: s2026, DomainSigningPrivateKeyFile: {{Write(Ed25519)}} }
                  - { DomainSigningSelector: a.b-1.2, DomainSigningPrivateKeyFile: {{Write(Rsa(1024))}} }
            """).Identities;

        Assert.True(identities.Covers("a@example.com"));
        Assert.True(identities.Covers("a@other.example"));
        var keys = Assert.Single(identities.DkimKeys, entry => entry.Key == "Example.com").Value;
        Assert.Equal(keys, identities.DkimKeys["example.COM"]);
        Assert.Equal([("s2026", DkimAlgorithm.Ed25519Sha256), ("a.b-1.2", DkimAlgorithm.RsaSha256)], keys.Select(key => (key.Selector, key.Algorithm)));
        Assert.Equal("9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60", Convert.ToHexString(keys[0].PrivateKey.AsSpan()));
    }

    [Theory]
    [InlineData("nothing", "the file has no private key as DKIM needs one (PEM, PKCS#8, -----BEGIN PRIVATE KEY-----, without a password)")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "the file has no private key as DKIM needs one (PEM, PKCS#8, -----BEGIN PRIVATE KEY-----, without a password)")]
    [InlineData("512", "the RSA key has 512 bits, must have 1024 to 4096")]
    [InlineData("ecdsa", "the key is neither RSA nor Ed25519")]
    public void Other_keys_are_refused(string kind, string expected)
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = Write(kind switch { "512" => Rsa(512), "ecdsa" => curve.ExportPkcs8PrivateKeyPem(), _ => kind });

        Assert.Equal([$"mailmanager.yaml:1: Identities[0].DkimSigningAttributes[0].DomainSigningPrivateKeyFile: {expected}"], Read(Entry("s", path)).Errors);
    }

    [Fact]
    public void A_key_that_everybody_may_read_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no such modes there.");
        var path = Write(Ed25519);
        Assert.Empty(Read(Entry("s", path)).Errors);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        Assert.Contains("must not be open to all users", Assert.Single(Read(Entry("s", path)).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Selectors_and_addresses_are_checked()
    {
        var path = Write(Ed25519);
        Assert.EndsWith("'a_b' is not a selector: write letters, digits and, inside, hyphens and dots", Assert.Single(Read(Entry("a_b", path)).Errors), StringComparison.Ordinal);
        Assert.EndsWith(
            "'S' is there twice",
            Assert.Single(Read($"Identities: [{{ EmailIdentity: a.example, DkimSigningAttributes: [{Key("s", path)}, {Key("S", path)}] }}]").Errors),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "DkimSigningAttributes belong to a domain, for the signature is that of a domain",
            Assert.Single(Read($"Identities: [{{ EmailIdentity: a@a.example, DkimSigningAttributes: [{Key("s", path)}] }}]").Errors),
            StringComparison.Ordinal);
        Assert.EndsWith("EmailIdentity is missing", Assert.Single(Read("Identities: [{}]").Errors), StringComparison.Ordinal);
    }

    private static string Entry(string selector, string path) => $"Identities: [{{ EmailIdentity: example.com, DkimSigningAttributes: [{Key(selector, path)}] }}]";

    private static string Key(string selector, string path) => $"{{ DomainSigningSelector: {selector}, DomainSigningPrivateKeyFile: {path} }}";

    private static string Rsa(int bits)
    {
        using var rsa = RSA.Create(bits);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    private string Write(string pem)
    {
        var path = Path.Combine(_directory, Path.GetRandomFileName());
        File.WriteAllText(path, pem);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
