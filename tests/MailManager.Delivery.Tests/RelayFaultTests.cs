using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests;

/// <summary>A relay that is busy, silent, old or away. What a single reply can do wrong is in <see cref="Lies.LyingPeerTests"/>.</summary>
public sealed class RelayFaultTests
{
    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(PeerStage.EndOfData)]
    public async Task A_4yz_defers_and_a_5yz_notifies(string stage)
    {
        foreach (var pipelining in (bool[])[true, false])
        {
            await using var fixture = DeliveryFixture.Start();
            if (!pipelining)
            {
                fixture.Peer.Script.Extensions.Remove("PIPELINING");
            }

            fixture.Peer.Script.On(stage, "451 4.3.0 later", occurrence: 1).On(stage, "554 5.6.9 never", occurrence: 2);
            var deferred = await fixture.DeliverAsync(fixture.Delivery());
            Assert.Equal(["user@example.com"], deferred.Remaining);
            Assert.Contains("451 4.3.0 later", deferred.Failure);
            Assert.Null(deferred.Notification);

            var failed = await fixture.DeliverAsync(fixture.Delivery());
            Assert.Empty(failed.Remaining);
            Assert.NotNull(failed.Notification);

            Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
            Assert.Single(fixture.Peer.Sessions);
            Assert.Single(fixture.Peer.Messages);
        }
    }

    [Theory]
    [InlineData("MAIL", 5)]
    [InlineData("RCPT", 5)]
    [InlineData("DATA", 2)]
    [InlineData(PeerStage.EndOfData, 10)]
    public async Task Silence_is_waited_for_as_rfc_5321_says(string stage, int minutes)
    {
        var time = new FakeTimeProvider();
        await using var fixture = DeliveryFixture.Start(time: time);
        fixture.Peer.Script.Extensions.Remove("PIPELINING");
        fixture.Peer.Script.On(stage, new PeerAction.Hang());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync(stage);
        time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        Assert.False(fixture.Queue.HasSettled);
        time.Advance(TimeSpan.FromSeconds(2));
        var settlement = (await fixture.Queue.NextAsync()).Settlement;
        Assert.Single(settlement.Remaining);
        Assert.Contains("timed out", settlement.Failure);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_defers()
    {
        var peer = new ScriptedSmtpServer();
        await using var fixture = DeliveryFixture.Start(peer);
        await peer.DisposeAsync();
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Contains("cannot connect", settlement.Failure);
    }

    [Fact]
    public async Task A_failing_destination_is_left_alone_until_its_backoff_is_over()
    {
        var time = new FakeTimeProvider();
        await using var fixture = DeliveryFixture.Start(time: time);
        fixture.Peer.Script.On(PeerStage.Connect, PeerAction.ReplyAndClose("421 4.3.2 busy"));
        Assert.Contains("421", (await fixture.DeliverAsync(fixture.Delivery())).Failure);
        for (var i = 0; i < 10; i++)
        {
            Assert.Contains("421", (await fixture.DeliverAsync(fixture.Delivery())).Failure);
        }

        Assert.Single(fixture.Peer.Sessions);
        fixture.Peer.Script.Clear();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task Connections_that_fail_together_count_as_one_failure()
    {
        var time = new FakeTimeProvider();
        await using var fixture = DeliveryFixture.Start(time: time, configure: DeliveryFixture.WithManyConnections);
        fixture.Peer.Script.On(PeerStage.Connect, PeerAction.ReplyAndClose("421 4.3.2 busy"));
        for (var i = 0; i < 20; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.Single((await fixture.Queue.NextAsync()).Settlement.Remaining);
        }

        fixture.Peer.Script.Clear();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
    }

    [Fact]
    public async Task A_server_that_knows_no_ehlo_gets_helo()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("EHLO", "502 5.5.1 what");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(["EHLO mx.test", "HELO mx.test", "MAIL FROM:<sender@sender.test>"], fixture.Peer.Sessions[0].Commands.Take(3));
    }

    [Fact]
    public async Task A_server_that_takes_only_one_connection_gets_everything_over_that_one()
    {
        await using var fixture = DeliveryFixture.Start(configure: DeliveryFixture.WithManyConnections);
        await fixture.DeliverAsync(fixture.Delivery());
        for (var session = 2; session < 60; session++)
        {
            fixture.Peer.Script.On(PeerStage.Connect, PeerAction.ReplyAndClose("421 4.7.0 too many"), session: session);
        }

        for (var i = 0; i < 50; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        for (var i = 0; i < 50; i++)
        {
            Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
        }

        Assert.All(fixture.Peer.Messages, message => Assert.Equal(1, message.Session));
    }
}
