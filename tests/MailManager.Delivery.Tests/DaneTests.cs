using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class DaneTests : IAsyncDisposable
{
    private readonly ScriptedDnsServer _dns = new() { IsValidating = true };
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly X509Certificate2 _certificate;
    private readonly ScriptedSmtpServer _peer;

    public DaneTests()
    {
        _certificate = _root.IssueServer("host.test");
        _peer = new ScriptedSmtpServer { Certificate = _certificate };
        _dns.Mx("sender.test", 10, "host.test").Address("host.test", "127.0.0.1");
    }

    private string TlsaName => $"_{_peer.EndPoint.Port}._tcp.host.test";

    private byte[] Key => SHA256.HashData(_certificate.PublicKey.ExportSubjectPublicKeyInfo());

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _peer.DisposeAsync();
        _certificate.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task A_certificate_that_matches_is_taken_whatever_its_name_and_chain()
    {
        _dns.Tlsa(TlsaName, [3, 1, 1, .. Key]);
        Assert.Null(await DeliverAsync());
        Assert.True(_peer.Messages.Single().IsTls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_whole_certificate_matches_in_every_form(byte matching)
    {
        var data = matching switch
        {
            0 => _certificate.RawData,
            1 => SHA256.HashData(_certificate.RawData),
            _ => SHA512.HashData(_certificate.RawData),
        };
        _dns.Tlsa(TlsaName, [3, 0, matching, .. data]);
        Assert.Null(await DeliverAsync());
    }

    [Fact]
    public async Task A_mismatch_defers_and_never_goes_in_clear_text()
    {
        _dns.Tlsa(TlsaName, [3, 1, 1, .. new byte[32]]);
        Assert.Contains("DANE: the certificate matches no TLSA record", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Messages);
        Assert.Single(_peer.Sessions);
    }

    [Fact]
    public async Task A_sender_who_does_not_care_is_not_held_up()
    {
        _dns.Tlsa(TlsaName, [3, 1, 1, .. new byte[32]]);
        Assert.Null(await DeliverAsync(ignoresPolicy: true));
        Assert.Single(_peer.Messages);
    }

    [Fact]
    public async Task A_server_without_starttls_defers()
    {
        _dns.Tlsa(TlsaName, [3, 1, 1, .. Key]);
        _peer.Script.On("EHLO", "250 host.test");
        Assert.Contains("STARTTLS", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Messages);
    }

    [Fact]
    public async Task An_unknown_answer_defers()
    {
        _dns.Fail(TlsaName);
        Assert.Contains("TLSA", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Sessions);
    }

    [Fact]
    public async Task No_answer_in_time_defers()
    {
        _dns.Ignore(TlsaName);
        Assert.Contains("timed out", await DeliverAsync(timeout: 100), StringComparison.Ordinal);
        Assert.Empty(_peer.Sessions);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_record_too_short_to_be_one_defers(int length)
    {
        _dns.Tlsa(TlsaName, new byte[length]);
        Assert.Contains("DNS query for TLSA of host.test failed", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Sessions);
    }

    [Fact]
    public async Task Records_of_an_alias_are_looked_for_where_it_leads()
    {
        await using var dns = new ScriptedDnsServer { IsValidating = true };
        dns.Mx("sender.test", 10, "alias.test").Alias("alias.test", "host.test").Address("host.test", "127.0.0.1").Tlsa(TlsaName, [3, 1, 1, .. new byte[32]]);
        Assert.Contains("no TLSA record of host.test", await DeliverAsync(dns: dns), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sender.test")]
    [InlineData("host.test")]
    [InlineData(null)]
    public async Task Without_validation_at_any_step_a_record_demands_nothing(string? unsigned)
    {
        _dns.Tlsa(TlsaName, [3, 1, 1, .. new byte[32]]);
        _dns.Unsigned.Add(unsigned ?? TlsaName);
        Assert.Null(await DeliverAsync());
    }

    [Fact]
    public async Task A_resolver_that_is_not_trusted_demands_nothing()
    {
        _dns.Tlsa(TlsaName, [3, 1, 1, .. new byte[32]]);
        Assert.Null(await DeliverAsync(trusts: false));
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 1 }, 32)]
    [InlineData(new byte[] { 1, 1, 1 }, 32)]
    [InlineData(new byte[] { 3, 1, 1 }, 16)]
    [InlineData(new byte[] { 3, 1, 1 }, 0)]
    [InlineData(new byte[] { 3, 2, 1 }, 32)]
    [InlineData(new byte[] { 3, 1, 9 }, 32)]
    public async Task Records_that_cannot_be_used_demand_tls_with_any_certificate(byte[] head, int length)
    {
        _dns.Tlsa(TlsaName, [.. head, .. new byte[length]]);
        Assert.Null(await DeliverAsync());
        Assert.True(_peer.Messages.Single().IsTls);
        _peer.Script.On("EHLO", "250 host.test");
        Assert.NotNull(await DeliverAsync());
    }

    [Theory]
    [InlineData("host.test", true)]
    [InlineData("sender.test", true)]
    [InlineData("other.test", false)]
    public void Below_an_authority_the_name_counts(string name, bool isTaken)
    {
        using var certificate = _root.IssueServer(name);
        var demand = Demand(2, _root.Certificate);
        Assert.Equal(isTaken, Refusal(demand, certificate, _root.Certificate) is null);
    }

    [Fact]
    public void An_authority_in_the_middle_is_enough_and_a_forged_one_is_not()
    {
        using var middle = _root.CreateIntermediate();
        using var good = middle.IssueServer("host.test");
        Assert.Null(Refusal(Demand(2, middle.Certificate), good, middle.Certificate));
        Assert.NotNull(Refusal(Demand(2, _certificate), good, middle.Certificate));

        // The same name, another key: what it signed is not of the authority.
        using var forged = TestAuthority.CreateRoot();
        using var bad = forged.IssueServer("host.test");
        Assert.NotNull(Refusal(Demand(2, _root.Certificate), bad, _root.Certificate));
    }

    [Fact]
    public void An_expired_certificate_counts_below_an_authority_and_not_when_it_is_named_itself()
    {
        using var expired = _root.Issue(new TestSubject { DnsNames = ["host.test"], NotAfter = TestAuthority.Now.AddHours(-1) });
        Assert.NotNull(Refusal(Demand(2, _root.Certificate), expired, _root.Certificate));
        Assert.Null(Refusal(Demand(3, expired), expired));
    }

    private static Dane.DaneDemand Demand(byte usage, X509Certificate2 certificate) => new()
    {
        BaseDomain = "host.test",
        Rows = [new TlsaRow(usage, 1, 1, [.. SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())])],
        Names = ["host.test", "sender.test"],
    };

    private static string? Refusal(Dane.DaneDemand demand, X509Certificate2 certificate, params X509Certificate2[] sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        return new Dane.DaneCheck(demand).Refuse(certificate, chain, default);
    }

    private async Task<string?> DeliverAsync(bool trusts = true, int timeout = 2000, ScriptedDnsServer? dns = null, bool ignoresPolicy = false)
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with
        {
            Mx = new MxOptions
            {
                NameServers = [(dns ?? _dns).EndPoint],
                Port = _peer.EndPoint.Port,
                AllowPrivateTargets = true,
                TrustAuthenticatedData = trusts,
                QueryTimeout = TimeSpan.FromMilliseconds(timeout),
            },
        });
        var delivery = fixture.Delivery(destination: "mx:sender.test", recipients: ["a@sender.test"], isSubmission: true);
        delivery.Instructions = delivery.Instructions with { IgnoresTlsPolicy = ignoresPolicy };
        var settlement = await fixture.DeliverAsync(delivery);
        Assert.Equal(settlement.Failure is null, settlement.Remaining.IsEmpty);
        return settlement.Failure;
    }
}
