using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests;

public sealed class KeptConnectionTests
{
    [Theory]
    [InlineData("close")]
    [InlineData("421")]
    public async Task A_kept_connection_that_dies_before_mail_is_accepted_costs_no_attempt(string how)
    {
        foreach (var pipelining in (bool[])[true, false])
        {
            await using var fixture = DeliveryFixture.Start();
            if (!pipelining)
            {
                fixture.Peer.Script.Extensions.Remove("PIPELINING");
            }

            fixture.Peer.Script.On("MAIL", how == "421" ? PeerAction.ReplyAndClose("421 4.4.2 idle") : new PeerAction.Close(), occurrence: 2);
            Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
            Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
            Assert.Equal(2, fixture.Peer.Sessions.Count);
            Assert.Equal(2, fixture.Peer.Messages.Count);
        }
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_while_it_was_kept_is_replaced()
    {
        await using var fixture = DeliveryFixture.Start();
        await fixture.DeliverAsync(fixture.Delivery());
        fixture.Peer.Sessions[0].Dispose();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task A_new_connection_that_dies_at_mail_is_an_attempt()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("MAIL", new PeerAction.Close(), occurrence: 1);
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
    }

    [Fact]
    public async Task After_a_kept_connection_one_new_one_is_tried_and_no_more()
    {
        await using var fixture = DeliveryFixture.Start();
        await fixture.DeliverAsync(fixture.Delivery());
        fixture.Peer.Script.On("MAIL", new PeerAction.Close());
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task A_refused_rset_says_nothing_about_the_message()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("MAIL", "550 5.7.1 no", occurrence: 1).On("RSET", "550 5.5.1 what");
        Assert.NotNull((await fixture.DeliverAsync(fixture.Delivery())).Notification);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Empty(settlement.Remaining);
        Assert.Null(settlement.Notification);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_with_quit()
    {
        var time = new FakeTimeProvider();
        await using var fixture = DeliveryFixture.Start(time: time, configure: DeliveryFixture.WithPatienceForQuit);
        await fixture.DeliverAsync(fixture.Delivery());

        // The worker becomes idle just after it has settled.
        while (fixture.Peer.Script.Reached("QUIT") == 0)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await fixture.Peer.Sessions[0].Ended.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
    }

    [Fact]
    public async Task Stopping_lets_a_running_transaction_end_and_starts_nothing_else()
    {
        await using var fixture = DeliveryFixture.Start();
        var release = new TaskCompletionSource();
        fixture.Peer.Script.On("MAIL", new PeerAction.After(release.Task, "250 2.1.0 Ok"), occurrence: 1);
        fixture.Service.Dispatch(fixture.Delivery());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync("MAIL");
        var stopping = fixture.Service.StopAsync(ScriptedSmtpServer.Patience);
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
        Assert.False(fixture.Queue.HasSettled);
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task Stopping_leaves_what_does_not_end_in_time_unsettled()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On(PeerStage.EndOfData, new PeerAction.Hang());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync(PeerStage.EndOfData);
        await fixture.Service.StopAsync(TimeSpan.Zero).WaitAsync(ScriptedSmtpServer.Patience);
        Assert.False(fixture.Queue.HasSettled);
    }
}
