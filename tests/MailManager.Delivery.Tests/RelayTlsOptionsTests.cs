using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>Whom a relay with TLS options takes for its server.</summary>
public sealed class RelayTlsOptionsTests
{
    [Fact]
    public async Task A_pinned_root_is_trusted_and_the_others_are_not()
    {
        using var pinned = TestCertificates.CreateSelfSigned();
        using var other = TestCertificates.CreateSelfSigned();
        await AssertAsync(pinned, new RelayTlsOptions { TrustedRoots = [pinned] }, isTaken: true);
        await AssertAsync(other, new RelayTlsOptions { TrustedRoots = [pinned] }, isTaken: false);
    }

    [Theory]
    [InlineData("mx.inside.test", "mx.inside.test", true)]
    [InlineData("*.inside.test", "mx.inside.test", true)]
    [InlineData("*.inside.test", "a.mx.inside.test", false)]
    [InlineData("*.inside.test", "inside.test", false)]
    [InlineData("mx.inside.test", "other.test", false)]
    public async Task The_name_of_the_options_is_asked_for_and_expected(string certified, string expected, bool isTaken)
    {
        using var certificate = TestCertificates.CreateSelfSigned(certified);
        var session = await AssertAsync(certificate, new RelayTlsOptions { TrustedRoots = [certificate], ServerName = expected }, isTaken);
        Assert.True(!isTaken || session.RequestedName == expected);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        using var certificate = TestCertificates.CreateSelfSigned(away: TimeSpan.FromDays(-3));
        await AssertAsync(certificate, new RelayTlsOptions { TrustedRoots = [certificate] }, isTaken: false);
    }

    [Fact]
    public async Task A_fingerprint_is_enough_whatever_the_name_and_the_dates()
    {
        using var certificate = TestCertificates.CreateSelfSigned("elsewhere.test", TimeSpan.FromDays(-3));
        await AssertAsync(certificate, new RelayTlsOptions { Fingerprints = [new string('0', 64), Fingerprint(certificate)] }, isTaken: true);
    }

    [Fact]
    public async Task A_fingerprint_that_does_not_match_is_refused_though_the_chain_is_trusted()
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        var options = new RelayTlsOptions { Fingerprints = [new string('0', 64)] };
        await using var fixture = Start(new ScriptedSmtpServer { Certificate = certificate }, options, certificate);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Contains($"fingerprint sha256:{Fingerprint(certificate)} is not one of those configured", settlement.Failure);
        Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task The_lowest_version_is_kept(SslProtocols version, bool isTaken)
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        await using var fixture = Start(
            new ScriptedSmtpServer { Certificate = certificate, TlsVersions = version }, new RelayTlsOptions { NeedsTls13 = true }, certificate);
        Assert.Equal(isTaken ? 0 : 1, (await fixture.DeliverAsync(fixture.Delivery())).Remaining.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_asks_is_shown_the_certificate(bool hasCertificate)
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        using var client = TestCertificates.CreateSelfSigned("client.test");
        var options = new RelayTlsOptions { ClientCertificate = hasCertificate ? new RelayClientCertificate(client, []) : null };
        await using var fixture = Start(new ScriptedSmtpServer { Certificate = certificate, AsksForCertificate = true }, options, certificate);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(hasCertificate ? client.Thumbprint : null, fixture.Peer.Sessions[0].ClientThumbprint);
    }

    private static async Task<ScriptedSession> AssertAsync(X509Certificate2 certificate, RelayTlsOptions options, bool isTaken)
    {
        await using var fixture = Start(new ScriptedSmtpServer { Certificate = certificate }, options, trusted: null);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Equal(isTaken ? 0 : 1, settlement.Remaining.Length);
        Assert.Equal(isTaken ? 1 : 0, fixture.Peer.Messages.Count);
        return fixture.Peer.Sessions[0];
    }

    private static DeliveryFixture Start(ScriptedSmtpServer peer, RelayTlsOptions options, X509Certificate2? trusted) => DeliveryFixture.Start(
        peer,
        RelayTls.Required,
        configure: usual => trusted is null ? usual : usual with { TrustedRoots = [trusted] },
        relay: relay => relay with { TlsOptions = options });

    private static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
}
