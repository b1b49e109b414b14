using System.Security.Cryptography;
using MailManager.Mta.Configuration;
using MailManager.Mta.Tls;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Tls;

public sealed class CertificateStoreTests : IDisposable
{
    private readonly CertificateFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("", "default")]
    [InlineData("unknown.example", "default")]
    [InlineData("mail.one.example", "exact")]
    [InlineData("MAIL.ONE.EXAMPLE", "exact")]
    [InlineData("other.one.example", "wildcard")]
    [InlineData("Other.One.Example", "wildcard")]
    [InlineData("a.b.one.example", "default")]
    [InlineData("one.example", "default")]
    [InlineData(".one.example", "default")]
    [InlineData("*.one.example", "wildcard")]
    public async Task The_server_name_selects_exact_names_before_wildcards_of_one_label(string serverName, string expected)
    {
        await using var store = _fixture.Open(
            _fixture.Write("default", _fixture.Authority.IssueServer("mx.example")),
            _fixture.Write("wildcard", _fixture.Authority.IssueServer("*.one.example")),
            _fixture.Write("exact", _fixture.Authority.IssueServer("mail.one.example")));

        Assert.Equal($"{expected}.crt", Path.GetFileName(store.Current.Find(serverName).Files.CertificatePath));
    }

    [Theory]
    [InlineData("rsa", "ecdsa")]
    [InlineData("ecdsa", "rsa")]
    public async Task Of_two_certificates_for_a_name_that_with_ecdsa_serves(string first, string second)
    {
        TlsFiles Write(string kind) =>
            _fixture.Write(kind, _fixture.Authority.Issue(new TestSubject { DnsNames = ["mail.one.example"], Rsa = kind == "rsa" }));

        await using var store = _fixture.Open(_fixture.Write("default", _fixture.Authority.IssueServer("mx.example")), Write(first), Write(second));

        Assert.EndsWith("ecdsa.crt", store.Current.Find("mail.one.example").Files.CertificatePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_files_are_read_within_30_seconds()
    {
        await using var store = _fixture.OpenOne();
        using var renewed = _fixture.Authority.IssueServer("mx.example");

        _fixture.Write("mx", renewed);
        _fixture.Time.Advance(CertificateStore.PollInterval);

        Assert.True(store.Current.Default.Certificate.SerialNumber == renewed.SerialNumber);
        Assert.StartsWith("6100 ", Assert.Single(_fixture.Log.Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_directory_is_a_change()
    {
        var (old, @new) = (Directory.CreateDirectory(Path.Combine(_fixture.Directory, "1")), Directory.CreateDirectory(Path.Combine(_fixture.Directory, "2")));
        using var renewed = _fixture.Authority.IssueServer("mx.example");
        _fixture.Write("1/tls", _fixture.Authority.IssueServer("mx.example"));
        _fixture.Write("2/tls", renewed);
        var data = Path.Combine(_fixture.Directory, "..data");
        Directory.CreateSymbolicLink(data, old.FullName);
        foreach (var name in new[] { "tls.crt", "tls.key" })
        {
            File.CreateSymbolicLink(Path.Combine(_fixture.Directory, name), Path.Combine("..data", name));
        }

        await using var store = _fixture.Open(new TlsFiles(Path.Combine(_fixture.Directory, "tls.crt"), Path.Combine(_fixture.Directory, "tls.key")));
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, @new.FullName);
        _fixture.Time.Advance(CertificateStore.PollInterval);

        Assert.True(store.Current.Default.Certificate.SerialNumber == renewed.SerialNumber);
    }

    [Fact]
    public async Task A_pair_that_does_not_fit_leaves_the_old_one_in_force_until_it_fits()
    {
        var files = _fixture.Write("mx", _fixture.Authority.IssueServer("mx.example"));
        await using var store = _fixture.Open(files);
        var before = store.Current;
        using var renewed = _fixture.Authority.IssueServer("mx.example");

        File.WriteAllText(files.CertificatePath, renewed.ExportCertificatePem());
        _fixture.Time.Advance(CertificateStore.PollInterval);
        _fixture.Time.Advance(CertificateStore.PollInterval);
        await store.ReloadAsync();

        Assert.Same(before, store.Current);
        Assert.All(_fixture.Log.Events, text => Assert.StartsWith($"6101 Certificate {files.CertificatePath} has changed but does not load", text, StringComparison.Ordinal));

        // The poll says it once; the explicit reload says it again.
        Assert.Equal(2, _fixture.Log.Events.Count);

        File.WriteAllText(files.KeyPath, TestAuthority.KeyPem(renewed));
        _fixture.Time.Advance(CertificateStore.PollInterval);
        Assert.True(store.Current.Default.Certificate.SerialNumber == renewed.SerialNumber);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData(null)]
    public async Task A_half_written_or_missing_file_leaves_the_old_certificate(string? text)
    {
        var files = _fixture.Write("mx", _fixture.Authority.IssueServer("mx.example"));
        await using var store = _fixture.Open(files);
        var before = store.Current;

        File.Delete(files.CertificatePath);
        if (text is not null)
        {
            File.WriteAllText(files.CertificatePath, text);
        }

        await store.ReloadAsync();

        Assert.Same(before, store.Current);
        Assert.Contains(files.CertificatePath, Assert.Single(_fixture.Log.Events), StringComparison.Ordinal);
    }

    [Fact]
    public void At_the_start_every_pair_must_load()
    {
        var files = _fixture.Write("mx", _fixture.Authority.IssueServer("mx.example"));
        File.WriteAllText(files.KeyPath, TestAuthority.KeyPem(_fixture.Authority.IssueServer("other.example")));

        var fault = Assert.Throws<CryptographicException>(() => _fixture.Open(files));

        Assert.Contains(files.CertificatePath, fault.Message, StringComparison.Ordinal);
        Assert.Contains(files.KeyPath, fault.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => _fixture.Open(new TlsFiles("/nowhere/a.crt", "/nowhere/a.key")));
    }

    [Fact]
    public async Task The_end_of_a_certificate_is_announced_once_a_day_and_then_it_still_serves()
    {
        var notAfter = TestAuthority.Now.AddDays(22).AddMinutes(1);
        await using var store = _fixture.Open(_fixture.Write("mx", _fixture.Authority.Issue(new TestSubject { DnsNames = ["mx.example"], NotAfter = notAfter })));

        _fixture.Time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_fixture.Log.Events);
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.StartsWith("6102 Certificate ", Assert.Single(_fixture.Log.Events), StringComparison.Ordinal);
        _fixture.Time.Advance(TimeSpan.FromHours(23));
        Assert.Single(_fixture.Log.Events);
        _fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, _fixture.Log.Events.Count);

        _fixture.Time.Advance(TimeSpan.FromDays(21));
        Assert.StartsWith("6103 Certificate ", _fixture.Log.Events.Last(), StringComparison.Ordinal);
        Assert.NotNull(store.Current.Find("mx.example"));
    }

    [Fact]
    public async Task Reading_again_what_has_not_changed_changes_nothing()
    {
        await using var store = _fixture.OpenOne();
        var before = store.Current;

        await store.ReloadAsync();

        Assert.Same(before, store.Current);
        Assert.Empty(_fixture.Log.Events);
    }
}
