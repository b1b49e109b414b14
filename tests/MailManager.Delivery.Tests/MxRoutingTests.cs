using System.Net;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class MxRoutingTests : IAsyncDisposable
{
    private readonly ScriptedDnsServer _dns = new();
    private readonly ScriptedSmtpServer _peer = new();

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task The_preferred_host_gets_the_message()
    {
        _dns.Mx("sender.test", 20, "second.test").Mx("sender.test", 10, "first.test").Address("first.test", "127.0.0.1").Address("second.test", "127.0.0.2");
        await using var fixture = Start();
        Assert.Empty((await DeliverAsync(fixture)).Remaining);
        Assert.Empty((await DeliverAsync(fixture)).Remaining);
        Assert.Equal(2, _peer.Messages.Count);
        Assert.Equal("EHLO mx.test", Assert.Single(_peer.Sessions).Commands[0]);
    }

    [Fact]
    public async Task The_next_host_is_tried_when_the_first_does_not_answer()
    {
        _dns.Mx("sender.test", 10, "dead.test").Mx("sender.test", 20, "alive.test").Address("dead.test", "127.0.0.99").Address("alive.test", "127.0.0.1");
        await using var fixture = Start();
        Assert.Empty((await DeliverAsync(fixture)).Remaining);
        Assert.Single(_peer.Messages);
    }

    [Fact]
    public async Task Without_mx_the_domain_itself_is_the_host()
    {
        _dns.Address("sender.test", "127.0.0.1");
        await using var fixture = Start();
        Assert.Empty((await DeliverAsync(fixture)).Remaining);
        Assert.Single(_peer.Messages);
    }

    [Fact]
    public async Task A_host_that_is_an_alias_is_found()
    {
        _dns.Mx("sender.test", 10, "alias.test").Alias("alias.test", "host.test").Address("host.test", "127.0.0.1");
        await using var fixture = Start();
        Assert.Empty((await DeliverAsync(fixture)).Remaining);
        Assert.Single(_peer.Messages);
    }

    [Fact]
    public async Task A_null_mx_and_an_unknown_domain_fail_at_once()
    {
        _dns.Mx("sender.test", 0, ".");
        await using var fixture = Start();
        Assert.Empty((await DeliverAsync(fixture, reversePath: "x@y.test")).Remaining);
        var unknown = await fixture.DeliverAsync(fixture.Delivery(destination: "mx:unknown.test", recipients: ["a@unknown.test"], isSubmission: true));
        Assert.Equal("5.1.2", Notifications.Status(unknown).StatusGroups[1]["Status"]);
        Assert.Empty(_peer.Sessions);
    }

    [Theory]
    [InlineData("a@sender.test", "x@y.test", "Received: x\r\n", false, false)]
    [InlineData("a@sender.test", "", "Received: x\r\n", false, false)]
    [InlineData("a@sender.test", "x@y.test", "Received: x\r\n", true, true)]
    [InlineData("a@sender.test", "", "", false, true)]
    [InlineData("a@example.com", "x@y.test", "Received: x\r\n", false, true)]
    public async Task Strangers_get_submissions_and_notifications_only(string recipient, string reversePath, string prefix, bool isSubmission, bool isSent)
    {
        _dns.Address("sender.test", "127.0.0.1");
        await using var fixture = Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(
            destination: "mx:sender.test", reversePath: reversePath, recipients: [recipient], prefix: prefix, isSubmission: isSubmission));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(isSent ? 1 : 0, _peer.Messages.Count);
    }

    [Fact]
    public async Task A_submission_is_relayed_for_no_more_recipients_than_others()
    {
        await using var fixture = Start();
        await fixture.DeliverAsync(fixture.Delivery(recipients: ["a@sender.test"], prefix: "Received: x\r\n", isSubmission: true));
        Assert.Empty(fixture.Peer.Sessions);
    }

    [Fact]
    public async Task An_address_literal_is_its_own_host()
    {
        await using var fixture = Start();
        var delivery = fixture.Delivery(destination: "mx:[127.0.0.1]", recipients: ["a@[127.0.0.1]"], isSubmission: true);
        Assert.Empty((await fixture.DeliverAsync(delivery)).Remaining);
        Assert.Single(_peer.Messages);
        Assert.Empty(_dns.Questions);
    }

    [Fact]
    public async Task A_dns_failure_defers()
    {
        _dns.Fail("sender.test");
        await using var fixture = Start();
        Assert.Single((await DeliverAsync(fixture)).Remaining);
    }

    [Fact]
    public async Task A_failure_to_resolve_the_hosts_defers()
    {
        _dns.Mx("sender.test", 10, "first.test").Fail("first.test");
        await using var fixture = Start();
        Assert.Single((await DeliverAsync(fixture)).Remaining);
    }

    [Fact]
    public async Task Private_addresses_are_refused_by_default()
    {
        _dns.Mx("sender.test", 10, "first.test").Address("first.test", "127.0.0.1").Address("first.test", "::ffff:127.0.0.1");
        await using var fixture = Start(allowsPrivate: false);
        var settlement = await DeliverAsync(fixture, reversePath: "x@y.test");
        Assert.Contains("private", Notifications.Text(settlement));
        Assert.Empty(_peer.Sessions);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2001:4860:4860::8888", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("64:ff9b:1::808:808", false)]
    [InlineData("2002:808:808::1", true)]
    [InlineData("2002:c0a8:101::1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::8.8.8.8", true)]
    [InlineData("192.0.0.8", false)]
    [InlineData("192.88.99.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("100::1", false)]
    [InlineData("100:0:0:1::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("3fff::1", false)]
    [InlineData("5f00::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    public void Public_addresses(string address, bool isPublic) => Assert.Equal(isPublic, TargetGuard.IsPublic(IPAddress.Parse(address)));

    private static Task<Queue.DeliverySettlement> DeliverAsync(DeliveryFixture fixture, string reversePath = "") =>
        fixture.DeliverAsync(fixture.Delivery(destination: "mx:sender.test", reversePath: reversePath, recipients: ["a@sender.test"], isSubmission: true));

    private DeliveryFixture Start(bool allowsPrivate = true) => DeliveryFixture.Start(configure: options => options with
    {
        Mx = new MxOptions
        {
            NameServers = [_dns.EndPoint],
            Port = _peer.EndPoint.Port,
            AllowPrivateTargets = allowsPrivate,
            QueryTimeout = TimeSpan.FromSeconds(2),
        },
    });
}
