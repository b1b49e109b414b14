using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Delivery.MtaSts;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Tests.MtaSts;

public sealed class StsDeliveryTests : IAsyncLifetime
{
    private const string Enforce = "version: STSv1\nmode: enforce\nmx: host.test\nmax_age: 86400\n";

    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly ScriptedDnsServer _dns = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly X509Certificate2 _good;
    private readonly X509Certificate2 _wrong;
    private readonly X509Certificate2 _policyCertificate;
    private ScriptedSmtpServer _peer;
    private HttpsHost _host = null!;

    public StsDeliveryTests()
    {
        _good = _root.IssueServer("host.test");
        _wrong = _root.IssueServer("other.test");
        _policyCertificate = _root.IssueServer("mta-sts.sender.test");
        _peer = new ScriptedSmtpServer { Certificate = _good };
        _dns.Mx("sender.test", 10, "host.test").Address("host.test", "127.0.0.1");
        _dns.Text("_mta-sts.sender.test", "v=STSv1; ", "id=1;").Address("mta-sts.sender.test", "127.0.0.1");
    }

    public async ValueTask InitializeAsync() => _host = await HttpsHost.StartAsync(_policyCertificate);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _dns.DisposeAsync();
        await _peer.DisposeAsync();
        foreach (var certificate in (X509Certificate2[])[_good, _wrong, _policyCertificate])
        {
            certificate.Dispose();
        }

        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_host_that_is_named_and_has_a_valid_certificate_gets_the_message()
    {
        _host.Answer = PolicyAnswer.Of(Enforce);
        Assert.Null(await DeliverAsync());
        Assert.True(_peer.Messages.Single().IsTls);
        Assert.Equal(1, _host.Requests);
    }

    [Fact]
    public async Task A_host_that_is_not_named_is_not_used_and_another_is()
    {
        _host.Answer = PolicyAnswer.Of(Enforce.Replace("host", "*", StringComparison.Ordinal).Replace("*.test", "*.good.test", StringComparison.Ordinal));
        Assert.Contains("MTA-STS: the policy of sender.test does not name host.test", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Sessions);

        using var certificate = _root.IssueServer("b.good.test");
        await ReplaceAsync(certificate);
        _dns.Mx("sender.test", 20, "b.good.test").Address("b.good.test", "127.0.0.1");
        Assert.Null(await DeliverAsync());
        Assert.Single(_peer.Sessions);
    }

    [Fact]
    public async Task A_certificate_for_another_name_defers_and_nothing_goes_in_clear_text()
    {
        _host.Answer = PolicyAnswer.Of(Enforce);
        await ReplaceAsync(_wrong);
        Assert.Contains("MTA-STS: sender.test wants a valid certificate, and this one is for another name", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Messages);
        Assert.Single(_peer.Sessions);
    }

    [Fact]
    public async Task A_certificate_of_nobody_known_defers()
    {
        _host.Answer = PolicyAnswer.Of(Enforce);
        using var own = TestCertificates.CreateSelfSigned("host.test");
        await ReplaceAsync(own);
        Assert.Contains("MTA-STS: sender.test wants a valid certificate, and this one is not", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Messages);
    }

    [Fact]
    public async Task A_server_without_starttls_defers()
    {
        _host.Answer = PolicyAnswer.Of(Enforce);
        await ReplaceAsync(null);
        Assert.Contains("STARTTLS", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Empty(_peer.Messages);
    }

    [Theory]
    [InlineData("mode: testing")]
    [InlineData("mode: none")]
    public async Task Other_modes_block_nothing(string mode)
    {
        _host.Answer = PolicyAnswer.Of(Enforce.Replace("mode: enforce", mode, StringComparison.Ordinal).Replace("host.test", "nobody.test", StringComparison.Ordinal));
        await ReplaceAsync(_wrong);
        Assert.Null(await DeliverAsync());
        await ReplaceAsync(null);
        Assert.Null(await DeliverAsync());
        Assert.False(_peer.Messages.Single().IsTls);
    }

    [Fact]
    public async Task Without_a_record_or_with_the_setting_off_nobody_is_asked_for_a_policy()
    {
        _host.Answer = PolicyAnswer.Of(Enforce);
        await ReplaceAsync(_wrong);
        Assert.Null(await DeliverAsync(isOn: false));
        _dns.Forget("_mta-sts.sender.test");
        Assert.Null(await DeliverAsync());
        Assert.Equal(0, _host.Requests);
    }

    [Fact]
    public async Task A_policy_that_never_came_demands_nothing()
    {
        await ReplaceAsync(_wrong);
        Assert.Null(await DeliverAsync());
        Assert.Equal(1, _host.Requests);
    }

    [Fact]
    public async Task What_was_known_holds_after_a_restart_without_host_and_record()
    {
        _host.Answer = PolicyAnswer.Of(Enforce);
        Assert.Null(await DeliverAsync());
        await ReplaceAsync(_wrong);
        _host.Answer = HttpsHost.Status(500);
        _dns.Forget("_mta-sts.sender.test");
        Assert.Contains("MTA-STS", await DeliverAsync(), StringComparison.Ordinal);
        Assert.Equal(1, _host.Requests);

        // Damaged, it is no policy at all.
        var file = Assert.Single(Directory.GetFiles(_directory));
        await File.AppendAllTextAsync(file, "x", TestContext.Current.CancellationToken);
        Assert.Null(await DeliverAsync());
    }

    [Fact]
    public async Task Dane_comes_first()
    {
        _host.Answer = PolicyAnswer.Of(Enforce.Replace("host.test", "nobody.test", StringComparison.Ordinal));
        _dns.IsValidating = true;
        await ReplaceAsync(_wrong);
        _dns.Tlsa($"_{_peer.EndPoint.Port}._tcp.host.test", [3, 0, 1, .. SHA256.HashData(_wrong.RawData)]);
        Assert.Null(await DeliverAsync(trusts: true));

        // Records that cannot be used authenticate nobody.
        _dns.Forget($"_{_peer.EndPoint.Port}._tcp.host.test").Tlsa($"_{_peer.EndPoint.Port}._tcp.host.test", [1, 0, 1, .. new byte[32]]);
        Assert.Contains("MTA-STS", await DeliverAsync(trusts: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mode: enforce", true)]
    [InlineData("mode: testing", false)]
    public async Task With_requiretls_an_enforced_policy_vouches_for_the_host(string mode, bool isTaken)
    {
        _host.Answer = PolicyAnswer.Of(Enforce.Replace("mode: enforce", mode, StringComparison.Ordinal));
        _peer.Script.Extensions.Add("REQUIRETLS");
        await using var fixture = Start();
        var settlement = await fixture.DeliverAsync(Message(fixture, new MailOptions { RequireTls = true }));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(isTaken ? 1 : 0, _peer.Messages.Count);
        if (!isTaken)
        {
            Assert.Equal("5.7.30", Notifications.Status(settlement).StatusGroups[1]["Status"]);
        }
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_sender_who_does_not_care_is_not_held_up_unless_requiretls_says_otherwise(bool requiresTls, bool isTaken)
    {
        _host.Answer = PolicyAnswer.Of(Enforce.Replace("host.test", "nobody.test", StringComparison.Ordinal));
        await ReplaceAsync(null);
        await using var fixture = Start();
        var message = Message(fixture, requiresTls ? new MailOptions { RequireTls = true } : null);
        message.Instructions = message.Instructions with { IgnoresTlsPolicy = true };
        var settlement = await fixture.DeliverAsync(message);
        Assert.Equal(isTaken, settlement is { Remaining.IsEmpty: true, Notification: null });
        Assert.Equal(isTaken ? 1 : 0, _peer.Messages.Count);

        // It says nothing about the next message.
        Assert.Single((await fixture.DeliverAsync(Message(fixture))).Remaining);
    }

    private static QueuedDelivery Message(DeliveryFixture fixture, MailOptions? options = null) =>
        fixture.Delivery(destination: "mx:sender.test", recipients: ["a@sender.test"], isSubmission: true, options: options);

    private async Task ReplaceAsync(X509Certificate2? certificate)
    {
        await _peer.DisposeAsync();
        _peer = new ScriptedSmtpServer { Certificate = certificate };
    }

    private DeliveryOptions Options(DeliveryOptions options, bool isOn, bool trusts) => options with
    {
        TrustedRoots = [_root.Certificate],
        MtaSts = isOn ? new MtaStsOptions { Directory = _directory, Port = _host.Port } : null,
        Mx = new MxOptions { NameServers = [_dns.EndPoint], Port = _peer.EndPoint.Port, AllowPrivateTargets = true, TrustAuthenticatedData = trusts },
    };

    private DeliveryFixture Start(bool isOn = true, bool trusts = false) => DeliveryFixture.Start(configure: options => Options(options, isOn, trusts));

    /// <summary>By a process of its own. Null: delivered.</summary>
    private async Task<string?> DeliverAsync(bool isOn = true, bool trusts = false)
    {
        await using var fixture = Start(isOn, trusts);
        var settlement = await fixture.DeliverAsync(Message(fixture));
        Assert.Equal(settlement.Failure is null, settlement.Remaining.IsEmpty);
        return settlement.Failure;
    }
}
