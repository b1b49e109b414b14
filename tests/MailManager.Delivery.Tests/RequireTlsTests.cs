using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class RequireTlsTests : IDisposable
{
    private static readonly MailOptions RequireTls = new() { RequireTls = true };

    private readonly X509Certificate2 _certificate = TestCertificates.CreateSelfSigned();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData(RelayTls.Opportunistic)]
    [InlineData(RelayTls.Required)]
    [InlineData(RelayTls.None)]
    public async Task It_goes_over_verified_tls_to_a_server_that_offers_it(RelayTls tls)
    {
        await using var fixture = Start(tls, trusts: true, offers: true);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(options: RequireTls))).Remaining);
        Assert.True(fixture.Peer.Messages.Single().IsTls);
        Assert.Contains(fixture.Peer.Sessions[0].Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal) && command.EndsWith(" REQUIRETLS", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true, false, "5.7.30")]
    [InlineData(true, false, true, "5.7.10")]
    [InlineData(false, true, true, "5.7.10")]
    public async Task It_fails_without_verified_tls_or_a_server_that_offers_it(bool hasTls, bool trusts, bool offers, string status)
    {
        await using var fixture = Start(RelayTls.Opportunistic, trusts, offers, hasTls);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(options: RequireTls));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(status, Notifications.Status(settlement).StatusGroups[1]["Status"]);
        Assert.Empty(fixture.Peer.Messages);

        // Nothing is wrong with the relay: other mail goes on at once.
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
    }

    [Fact]
    public async Task It_never_uses_a_kept_connection_that_was_not_verified()
    {
        await using var fixture = Start(RelayTls.Opportunistic, trusts: true, offers: true);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(options: RequireTls))).Remaining);
        Assert.Equal([1, 2], fixture.Peer.Messages.Select(message => message.Session));

        await using var distrusting = Start(RelayTls.Opportunistic, trusts: false, offers: true);
        Assert.Empty((await distrusting.DeliverAsync(distrusting.Delivery())).Remaining);
        Assert.Empty((await distrusting.DeliverAsync(distrusting.Delivery(options: RequireTls))).Remaining);
        Assert.Single(distrusting.Peer.Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task From_the_null_reverse_path_it_goes_as_well_as_it_can(bool offers)
    {
        await using var fixture = Start(RelayTls.Opportunistic, trusts: false, offers);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(reversePath: "", options: RequireTls))).Remaining);
        Assert.Single(fixture.Peer.Messages);
        Assert.Equal(offers, fixture.Peer.Sessions[0].Commands.Any(command => command.EndsWith(" REQUIRETLS", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task To_the_mx_of_a_domain_it_goes_only_when_dnssec_vouches_for_them(bool isValidating, bool trusts)
    {
        using var root = TestAuthority.CreateRoot();
        using var certificate = root.IssueServer("host.test");
        await using var dns = new ScriptedDnsServer { IsValidating = isValidating };
        await using var peer = new ScriptedSmtpServer { Certificate = certificate };
        dns.Mx("sender.test", 10, "host.test").Address("host.test", "127.0.0.1");
        peer.Script.Extensions.Add("REQUIRETLS");
        await using var fixture = DeliveryFixture.Start(configure: options => options with
        {
            TrustedRoots = [root.Certificate],
            Mx = new MxOptions { NameServers = [dns.EndPoint], Port = peer.EndPoint.Port, AllowPrivateTargets = true, TrustAuthenticatedData = trusts },
        });
        var settlement = await fixture.DeliverAsync(fixture.Delivery(
            destination: "mx:sender.test", recipients: ["a@sender.test"], isSubmission: true, options: RequireTls));
        Assert.Empty(settlement.Remaining);
        if (isValidating && trusts)
        {
            Assert.True(peer.Messages.Single().IsTls);
        }
        else
        {
            Assert.Equal("5.7.30", Notifications.Status(settlement).StatusGroups[1]["Status"]);
            Assert.Empty(peer.Sessions);
        }
    }

    private DeliveryFixture Start(RelayTls tls, bool trusts, bool offers, bool hasTls = true)
    {
        var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = hasTls ? _certificate : null },
            tls,
            configure: options => trusts ? options with { TrustedRoots = [_certificate] } : options);
        if (offers)
        {
            fixture.Peer.Script.Extensions.Add("REQUIRETLS");
        }

        return fixture;
    }
}
