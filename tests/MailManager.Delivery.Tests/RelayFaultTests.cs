using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests;

/// <summary>A relay that refuses, lies or goes away at each stage.</summary>
public sealed class RelayFaultTests
{
    public static TheoryData<string> Stages() =>
        [PeerStage.Connect, "EHLO", "MAIL", "RCPT", "DATA", PeerStage.Content, PeerStage.EndOfData];

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Dropping_the_connection_defers_the_message_and_the_next_one_gets_a_new_connection(string stage)
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { FirstBackoff = TimeSpan.Zero });
        fixture.Peer.Script.On(stage, new PeerAction.Close(), occurrence: 1);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Equal(["user@example.com"], settlement.Remaining);
        Assert.Null(settlement.Notification);
        Assert.NotNull(settlement.Failure);

        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Resetting_the_connection_defers_the_message(string stage)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On(stage, new PeerAction.Reset());
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
    }

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
    [InlineData(PeerStage.Connect, "421 4.3.2 busy")]
    [InlineData(PeerStage.Connect, "554 5.7.1 not you")]
    [InlineData("EHLO", "421 4.3.2 busy")]
    [InlineData("EHLO", "554 5.7.1 not you")]
    [InlineData("MAIL", "530 5.7.0 Must issue a STARTTLS command first")]
    [InlineData("MAIL", "421 4.3.2 busy")]
    [InlineData("RCPT", "421 4.3.2 busy")]
    [InlineData("RCPT", "552 too many recipients")]
    [InlineData("DATA", "421 4.3.2 busy")]
    [InlineData("DATA", "250 what?")]
    [InlineData(PeerStage.EndOfData, "421 4.3.2 busy")]
    public async Task Trouble_of_the_relay_is_retried(string stage, string reply)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On(stage, PeerAction.ReplyAndClose(reply));
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Null(settlement.Notification);
    }

    [Theory]
    [InlineData(PeerStage.Connect)]
    [InlineData("MAIL")]
    [InlineData(PeerStage.EndOfData)]
    public async Task A_reply_without_end_is_cut_off(string stage)
    {
        foreach (var flood in (string[])["250-and more\r\n", "250 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "garbage\r\n"])
        {
            await using var fixture = DeliveryFixture.Start();
            fixture.Peer.Script.On(stage, new PeerAction.Flood(System.Text.Encoding.ASCII.GetBytes(flood)));
            var settlement = await fixture.DeliverAsync(fixture.Delivery());
            Assert.Single(settlement.Remaining);
            Assert.Contains("invalid reply", settlement.Failure);
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
