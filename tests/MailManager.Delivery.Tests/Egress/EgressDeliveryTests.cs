using System.Net;
using MailManager.Delivery.Egress;
using MailManager.Delivery.Probe;
using MailManager.Delivery.Shaping;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Tests.Egress;

/// <summary>What mail leaves from, as its destination sees it.</summary>
public sealed class EgressDeliveryTests
{
    private static readonly EgressSource A = new() { Name = "a", IPv4 = IPAddress.Parse("127.0.0.11"), Hostname = "a.test" };
    private static readonly EgressSource B = new() { Name = "b", IPv4 = IPAddress.Parse("127.0.0.12"), Hostname = "b.test" };
    private static readonly EgressSource C = new() { Name = "c", IPv4 = IPAddress.Parse("127.0.0.13") };

    private static readonly EgressSource D = new() { Name = "d", IPv4 = IPAddress.Parse("127.0.0.14") };

    /// <summary>Of documentation (RFC 5737): nobody has it.</summary>
    private static readonly EgressSource Foreign = new() { Name = "foreign", IPv4 = IPAddress.Parse("192.0.2.77") };
    private static readonly EgressSource Six = new() { Name = "six", IPv6 = IPAddress.IPv6Loopback };

    private static readonly EgressPools Pools = new(
        [A, B, C, D, Foreign, Six], [new EgressPool("both", [new EgressPoolMember(A, 1), new EgressPoolMember(B, 1)])]);

    [Theory]
    [InlineData("a", "b", "c", "127.0.0.11", "a.test")]
    [InlineData(null, "b", "c", "127.0.0.12", "b.test")]
    [InlineData(null, null, "c", "127.0.0.13", "mx.test")]
    [InlineData(null, null, null, "127.0.0.1", "mx.test")]
    public async Task The_rule_counts_before_the_relay_and_the_relay_before_the_destination(
        string? byRule, string? byRelay, string? byDestination, string expected, string hello)
    {
        await using var fixture = Start(byRelay, byDestination);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(egressPool: byRule))).Remaining);
        var session = Assert.Single(fixture.Peer.Sessions);
        Assert.Equal((IPAddress.Parse(expected), $"EHLO {hello}"), (session.Client, session.Commands[0]));
    }

    [Fact]
    public async Task Connections_are_kept_for_each_source_and_never_carry_the_mail_of_another()
    {
        await using var fixture = Start();
        foreach (var source in (string?[])["a", "b", null, "a", "b", null, "b", "a"])
        {
            await fixture.DeliverAsync(fixture.Delivery(reversePath: $"{source ?? "none"}@sender.test", egressPool: source));
        }

        Assert.Equal(
            [
                ("127.0.0.1", "MAIL FROM:<none@sender.test> MAIL FROM:<none@sender.test>"),
                ("127.0.0.11", "MAIL FROM:<a@sender.test> MAIL FROM:<a@sender.test> MAIL FROM:<a@sender.test>"),
                ("127.0.0.12", "MAIL FROM:<b@sender.test> MAIL FROM:<b@sender.test> MAIL FROM:<b@sender.test>"),
            ],
            fixture.Peer.Sessions.Select(session => (session.Client.ToString(), Mail(session))).Order());
    }

    [Fact]
    public async Task Limits_of_a_destination_hold_for_each_source()
    {
        var held = new TaskCompletionSource();
        await using var fixture = Start();
        fixture.Peer.Script.On("MAIL", new PeerAction.After(held.Task, "250 2.1.0 Ok"));
        foreach (var source in (string[])["a", "a", "b", "b"])
        {
            fixture.Service.Dispatch(fixture.Delivery(egressPool: source));
        }

        // One connection each, while the other two messages wait.
        await fixture.Peer.Script.WaitForAsync("MAIL", 2);
        Assert.Equal(["127.0.0.11", "127.0.0.12"], fixture.Peer.Sessions.Select(session => session.Client.ToString()).Order(StringComparer.Ordinal));
        held.SetResult();
        await fixture.Peer.WaitForMessagesAsync(4);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task Each_message_of_a_pool_leaves_from_one_of_its_sources()
    {
        await using var fixture = Start();
        for (var i = 0; i < 60; i++)
        {
            await fixture.DeliverAsync(fixture.Delivery(egressPool: "both"));
        }

        // That one of two is never drawn in sixty times is not to be expected within the age of the universe.
        Assert.Equal(["127.0.0.11", "127.0.0.12"], fixture.Peer.Sessions.Select(session => session.Client.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("gone", "there is no egress pool or source gone")]
    [InlineData("foreign", "cannot send from 192.0.2.77: it is not an address of this machine")]
    [InlineData("six", "egress source six has no IPv4 address, and 127.0.0.1 has no other")]
    public async Task Mail_waits_rather_than_leaving_from_another_address(string pool, string reason)
    {
        await using var fixture = Start(byRelay: "a", byDestination: "b");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(egressPool: pool));
        Assert.Equal(reason, settlement.Failure);
        Assert.Equal(["user@example.com"], settlement.Remaining);
        Assert.Null(settlement.Notification);
        Assert.Empty(fixture.Peer.Sessions);
    }

    [Fact]
    public async Task A_source_that_fails_holds_up_no_other()
    {
        await using var fixture = Start();
        Assert.NotEmpty((await fixture.DeliverAsync(fixture.Delivery(egressPool: "foreign"))).Remaining);

        // The destination fails from there, and only from there.
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(egressPool: "a"))).Remaining);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.NotEmpty((await fixture.DeliverAsync(fixture.Delivery(egressPool: "foreign"))).Remaining);
    }

    [Fact]
    public async Task Probes_leave_from_where_mail_of_the_relay_does()
    {
        await using var peer = new ScriptedSmtpServer();
        await using var probe = new RecipientProbe(Options("gone"), NullLogger<RecipientProbe>.Instance, TimeProvider.System);
        foreach (var source in (EgressSource[])[C, D])
        {
            // A kept connection is of the source that it was opened from.
            probe.Update([Relay(peer, source.Name)], []);
            Assert.Equal(ProbeOutcome.Accepted, (await ProbeAsync(probe)).Outcome);
            Assert.Equal(source.IPv4, peer.Sessions[^1].Client);
        }

        probe.Update([Relay(peer, null)], []);
        var result = await ProbeAsync(probe);
        Assert.Equal((ProbeOutcome.Unknown, "there is no egress pool or source gone"), (result.Outcome, result.Failure!.Reason));
    }

    [Fact]
    public async Task A_test_of_a_relay_leaves_from_where_its_mail_does()
    {
        await using var peer = new ScriptedSmtpServer();
        Assert.Null((await TestAsync(peer, "b")).Failure);
        Assert.Equal((B.IPv4, "EHLO b.test"), (Assert.Single(peer.Sessions).Client, peer.Sessions[0].Commands[0]));
        Assert.Equal("there is no egress pool or source gone", (await TestAsync(peer, null)).Failure!.Reason);
    }

    private static string Mail(ScriptedSession session) =>
        string.Join(' ', session.Commands.Where(command => command.StartsWith("MAIL", StringComparison.Ordinal)).Select(command => command.Split('>')[0] + '>'));

    private static DeliveryFixture Start(string? byRelay = null, string? byDestination = null) => DeliveryFixture.Start(
        configure: options => options with
        {
            Egress = Pools,
            Destinations = [new DestinationLimits { Match = [new DestinationPattern("relay:relay")], MaxConnections = 1, EgressPool = byDestination }],
        },
        relay: relay => relay with { EgressPool = byRelay });

    private static DeliveryOptions Options(string byDestination) => new()
    {
        Hostname = "mx.test",
        Egress = Pools,
        Destinations = [new DestinationLimits { Match = [new DestinationPattern("relay:relay")], EgressPool = byDestination }],
    };

    private static Relay Relay(ScriptedSmtpServer peer, string? pool) => new()
    {
        RelayName = "relay",
        Servers = [new RelayServer("127.0.0.1", peer.EndPoint.Port)],
        Authentication = new RelayAuthentication.None(),
        EgressPool = pool,
    };

    private static Task<ProbeResult> ProbeAsync(RecipientProbe probe) =>
        probe.ProbeAsync("relay", "user@example.com", ScriptedSmtpServer.Patience, CancellationToken.None);

    private static Task<RelayTestReport> TestAsync(ScriptedSmtpServer peer, string? pool) =>
        RelayTest.RunAsync(Relay(peer, pool), [], Options("gone"), message: null, TimeProvider.System, CancellationToken.None);
}
