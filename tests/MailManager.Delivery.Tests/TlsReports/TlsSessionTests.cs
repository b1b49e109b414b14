using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MailManager.Delivery.Tests.Harness;
using MailManager.Delivery.Tests.MtaSts;
using MailManager.Delivery.TlsReports;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.TlsReports;

/// <summary>What sessions with real servers come to in reports.</summary>
public sealed class TlsSessionTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly ScriptedDnsServer _dns = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly List<X509Certificate2> _certificates = [];
    private ScriptedSmtpServer _peer = null!;
    private HttpsHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _dns.Mx("sender.test", 10, "host.test").Address("host.test", "127.0.0.1").Address("mta-sts.sender.test", "127.0.0.1");
        _host = await HttpsHost.StartAsync(Issue("mta-sts.sender.test"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _dns.DisposeAsync();
        await _peer.DisposeAsync();
        _certificates.ForEach(certificate => certificate.Dispose());
        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("", "any", "NoPolicyFound", null, true)]
    [InlineData("", "none", "NoPolicyFound", "StarttlsNotSupported", true)]
    [InlineData("enforce", "host.test", "Sts", null, true)]
    [InlineData("enforce", "other.test", "Sts", "CertificateHostMismatch", false)]
    [InlineData("enforce", "expired", "Sts", "CertificateExpired", false)]
    [InlineData("enforce", "self", "Sts", "CertificateNotTrusted", false)]
    [InlineData("enforce", "none", "Sts", "StarttlsNotSupported", false)]
    [InlineData("testing", "host.test", "Sts", null, true)]
    [InlineData("testing", "other.test", "Sts", "CertificateHostMismatch", true)]
    [InlineData("testing", "self", "Sts", "CertificateNotTrusted", true)]
    [InlineData("testing", "none", "Sts", "StarttlsNotSupported", true)]
    [InlineData("none", "other.test", "NoPolicyFound", null, true)]
    public async Task A_session_is_counted_by_its_policy_and_what_was_wrong(string mode, string certificate, string type, string? result, bool isDelivered)
    {
        if (mode.Length > 0)
        {
            Publish(Policy(mode));
        }

        Serve(certificate);
        Assert.Equal(isDelivered, await DeliverAsync());
        var tally = Assert.Single(ReadTallies());
        Assert.Equal((type, "sender.test"), (tally.Type.ToString(), tally.PolicyDomain));
        Check(tally, result);
        if (result is not null)
        {
            Assert.Equal(("host.test", "127.0.0.1", "127.0.0.1"), (tally.Details[0].Host, tally.Details[0].SendingAddress, tally.Details[0].ReceivingAddress));
        }

        if (type == "Sts")
        {
            Assert.Equal(["version: STSv1", $"mode: {mode}", "mx: host.test", "max_age: 86400"], tally.Strings);
            Assert.Equal(["host.test"], tally.Hosts);
        }
    }

    [Theory]
    [InlineData("enforce", false)]
    [InlineData("testing", true)]
    public async Task A_host_that_the_policy_does_not_name_is_a_failure(string mode, bool isDelivered)
    {
        Publish(Policy(mode).Replace("mx: host", "mx: nobody", StringComparison.Ordinal));
        Serve("host.test");
        Assert.Equal(isDelivered, await DeliverAsync());
        Check(Assert.Single(ReadTallies()), "ValidationFailure");
    }

    [Theory]
    [InlineData(null, "StsPolicyFetchError")]
    [InlineData("version: none\n", "StsPolicyInvalid")]
    public async Task A_policy_that_cannot_be_had_is_a_failure(string? text, string result)
    {
        _dns.Text("_mta-sts.sender.test", "v=STSv1; id=1;");
        _host.Answer = text is null ? HttpsHost.Status(404) : PolicyAnswer.Of(text);
        Serve("any");
        Assert.True(await DeliverAsync());
        Check(Assert.Single(ReadTallies()), result);
    }

    [Fact]
    public async Task A_policy_host_whose_certificate_is_wrong_is_a_failure()
    {
        await _host.DisposeAsync();
        _host = await HttpsHost.StartAsync(Issue("other.test"));
        Publish(Policy("enforce"));
        Serve("any");
        Assert.True(await DeliverAsync());
        Check(Assert.Single(ReadTallies()), "StsWebpkiInvalid");
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "CertificateNotTrusted")]
    public async Task Dane_is_reported_under_its_base_domain(bool matches, string? result)
    {
        _dns.IsValidating = true;
        Serve("self");
        byte[] data = [3, 0, 1, .. SHA256.HashData(matches ? _certificates[^1].RawData : [])];
        _dns.Tlsa($"_{_peer.EndPoint.Port}._tcp.host.test", data);
        Assert.Equal(matches, await DeliverAsync());
        var tally = Assert.Single(ReadTallies());
        Assert.Equal((TlsPolicyType.Tlsa, "host.test"), (tally.Type, tally.PolicyDomain));
        Assert.Equal([$"3 0 1 {Convert.ToHexStringLower(data[3..])}"], tally.Strings);
        Check(tally, result);
    }

    [Fact]
    public async Task Tlsa_records_that_cannot_be_looked_up_are_a_failure()
    {
        _dns.IsValidating = true;
        Serve("any");
        _dns.Fail($"_{_peer.EndPoint.Port}._tcp.host.test");
        Assert.False(await DeliverAsync());
        Check(Assert.Single(ReadTallies()), "DnssecInvalid");
    }

    [Fact]
    public async Task A_handshake_that_fails_is_one_failure_although_the_message_goes_in_clear_text()
    {
        Serve("any");
        _peer.Script.On("STARTTLS", new PeerAction.SendAndClose("220 go\r\n"u8.ToArray()));
        Assert.True(await DeliverAsync());
        Check(Assert.Single(ReadTallies()), "ValidationFailure");
    }

    [Fact]
    public async Task What_fails_for_other_reasons_and_what_goes_to_relays_is_not_counted()
    {
        Serve("any");
        _peer.Script.On(PeerStage.Connect, "421 4.3.0 busy", occurrence: 1);
        Assert.False(await DeliverAsync());
        await using (var fixture = Start(_peer))
        {
            fixture.Update(RelayTls.Opportunistic);
            await fixture.DeliverAsync(fixture.Delivery());
        }

        Assert.Empty(Directory.GetFiles(Reports));
    }

    private string Reports => Path.Combine(_directory, "tls-reports");

    private static string Policy(string mode) => $"version: STSv1\nmode: {mode}\nmx: host.test\nmax_age: 86400\n";

    private static void Check(TlsTally tally, string? result)
    {
        Assert.Equal((result is null ? 1 : 0, result is null ? 0 : 1), (tally.Successes, tally.Failures));
        Assert.Equal(result is null ? [] : [result], tally.Details.Select(detail => detail.Result.ToString()));
    }

    private void Publish(string policy)
    {
        _dns.Text("_mta-sts.sender.test", "v=STSv1; id=1;");
        _host.Answer = PolicyAnswer.Of(policy);
    }

    private X509Certificate2 Issue(string name)
    {
        var certificate = name switch
        {
            "self" => TestCertificates.CreateSelfSigned("host.test"),
            "expired" => _root.Issue(new TestSubject { DnsNames = ["host.test"], NotBefore = TestAuthority.Now.AddHours(-2), NotAfter = TestAuthority.Now.AddHours(-1) }),
            _ => _root.IssueServer(name),
        };
        _certificates.Add(certificate);
        return certificate;
    }

    private void Serve(string certificate) => _peer = new ScriptedSmtpServer { Certificate = certificate == "none" ? null : Issue(certificate) };

    private DeliveryFixture Start(ScriptedSmtpServer? relay = null) => DeliveryFixture.Start(
        relay,
        configure: options => options with
        {
            TrustedRoots = [_root.Certificate],
            MtaSts = new MtaStsOptions { Directory = Path.Combine(_directory, "mta-sts"), Port = _host.Port },
            Mx = new MxOptions { NameServers = [_dns.EndPoint], Port = _peer.EndPoint.Port, AllowPrivateTargets = true, TrustAuthenticatedData = true },
            TlsReports = new TlsReportOptions { Directory = Reports, From = "reports@mx.test", OrganizationName = "Test", ContactInfo = "reports@mx.test" },
        });

    /// <summary>True: delivered. What was counted is on disk afterwards.</summary>
    private async Task<bool> DeliverAsync()
    {
        await using var fixture = Start();
        return (await fixture.DeliverAsync(fixture.Delivery(destination: "mx:sender.test", recipients: ["a@sender.test"], isSubmission: true))).Failure is null;
    }

    private List<TlsTally> ReadTallies()
    {
        var day = JsonSerializer.Deserialize(File.ReadAllBytes(Assert.Single(Directory.GetFiles(Reports))), TlsDayJson.Default.TlsDay)!;
        return Assert.Single(day.Domains, domain => domain.Key == "sender.test").Value;
    }
}
