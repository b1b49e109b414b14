using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;

namespace MailManager.Delivery.Tests.RealDns;

/// <summary>Delivery by MX with real name servers, real signatures and a real policy host: see <see cref="RealDnsInternet"/>.</summary>
public sealed class RealDnsTests(RealDnsInternet internet) : IClassFixture<RealDnsInternet>
{
    [Theory]
    [InlineData("good.signed.test")] // the TLSA record names the certificate's key
    [InlineData("without.signed.test")] // proven: no TLSA record
    [InlineData("alias.signed.test")] // the MX host is an alias of one with a TLSA record
    [InlineData("renamed.signed.test")] // the domain is an alias
    [InlineData("implicit.signed.test")]
    [InlineData("second.signed.test")] // the preferred host fails DANE, the next one does not
    [InlineData("mismatch.plain.test")] // a wrong TLSA record without a signature says nothing
    [InlineData("sts.signed.test")] // an enforced policy that names the host, and its certificate
    public async Task It_is_delivered_under_tls(string domain)
    {
        var settlement = await DeliverAsync(domain);
        Assert.Null(settlement.Failure);
        Assert.Null(settlement.Notification);
        Assert.True(Assert.Single(Taken(domain)).IsTls);
    }

    [Theory]
    [InlineData("mismatch.signed.test", "DANE: the certificate matches no TLSA record")]
    [InlineData("badalias.signed.test", "DANE: the certificate matches no TLSA record")]
    [InlineData("forged.signed.test", "TLSA")] // its signature is wrong, so that the resolver answers SERVFAIL
    [InlineData("forgedmx.signed.test", "MX")]
    [InlineData("stsother.signed.test", "certificate")] // the policy names the host, the certificate does not
    public async Task It_waits_and_is_never_sent_in_clear_text(string domain, string reason)
    {
        var settlement = await DeliverAsync(domain);
        Assert.Single(settlement.Remaining);
        Assert.Contains(reason, settlement.Failure, StringComparison.Ordinal);
        Assert.Empty(Taken(domain));
    }

    [Theory]
    [InlineData("null.signed.test", "5.1.10")] // RFC 7505
    [InlineData("nobody.signed.test", "5.1.2")]
    public async Task It_fails_at_once(string domain, string status)
    {
        var settlement = await DeliverAsync(domain);
        Assert.Empty(settlement.Remaining);
        Assert.Equal(status, Notifications.Status(settlement).StatusGroups[1]["Status"]);
        Assert.Empty(Taken(domain));
    }

    [Fact]
    public async Task A_resolver_that_is_not_trusted_makes_no_demands()
    {
        Assert.Null((await DeliverAsync("mismatch.signed.test", "untrusting", trustsAuthenticatedData: false)).Failure);
        Assert.Single(Taken("mismatch.signed.test", "untrusting"));
    }

    private async Task<DeliverySettlement> DeliverAsync(string domain, string user = "a", bool trustsAuthenticatedData = true)
    {
        await using var fixture = DeliveryFixture.Start(configure: options => internet.Options(options, trustsAuthenticatedData));
        return await fixture.DeliverAsync(fixture.Delivery(destination: "mx:" + domain, recipients: [$"{user}@{domain}"], isSubmission: true));
    }

    private IEnumerable<TestKit.Peers.ReceivedMessage> Taken(string domain, string user = "a") =>
        internet.Peer.Messages.Where(message => message.Recipients.Contains($"{user}@{domain}"));
}
