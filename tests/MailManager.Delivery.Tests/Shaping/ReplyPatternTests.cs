using System.Text.RegularExpressions;
using MailManager.Delivery.Shaping;
using MailManager.Delivery.Tests.Harness;
using MailManager.Queue;
using MailManager.Resources.Expressions;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Shaping;

public sealed class ReplyPatternTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("450 4.2.2 mailbox full", "5.2.2")]
    [InlineData("450 mailbox full", "5.0.0")]
    public async Task A_4yz_can_be_final(string reply, string status)
    {
        await using var fixture = Start(Pattern("full", new() { Outcome = ReplyOutcome.Bounce }));
        fixture.Peer.Script.On("RCPT", reply);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Empty(settlement.Remaining);
        Assert.Equal(status, Notifications.Status(settlement).StatusGroups[1]["Status"]);
    }

    [Fact]
    public async Task A_5yz_can_be_tried_again_and_when_can_be_said()
    {
        await using var fixture = Start(Pattern("greylist", new() { Outcome = ReplyOutcome.Retry, RetryAfter = TimeSpan.FromHours(3) }));
        fixture.Peer.Script.On("RCPT", "550 5.7.1 Greylisted", occurrence: 1);
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: ["a@example.com", "b@example.com"]));
        Assert.Equal(["a@example.com"], settlement.Remaining);
        Assert.Null(settlement.Notification);
        Assert.InRange(settlement.NextAttemptAt - _time.GetUtcNow(), TimeSpan.FromMinutes(162), TimeSpan.FromMinutes(198));
    }

    [Fact]
    public async Task No_attempt_is_later_than_expiry()
    {
        await using var fixture = Start(Pattern("busy", new() { RetryAfter = TimeSpan.FromHours(3) }));
        fixture.Peer.Script.On("MAIL", "450 busy");
        var delivery = fixture.Delivery(expiresIn: TimeSpan.FromHours(1));
        Assert.Equal(delivery.ExpiresAt, (await fixture.DeliverAsync(delivery)).NextAttemptAt);
    }

    [Fact]
    public async Task A_suspended_destination_gets_nothing_then_a_single_probe()
    {
        await using var fixture = Start(Pattern("4.7.28", new() { Suspend = TimeSpan.FromMinutes(10) }));
        var hold = new TaskCompletionSource();
        fixture.Peer.Script.On("MAIL", new PeerAction.After(hold.Task, "450 4.7.28 too much"), occurrence: 1);
        fixture.Peer.Script.On("MAIL", new PeerAction.After(hold.Task, "250 2.1.0 Ok"), occurrence: 2);
        fixture.Service.Dispatch(fixture.Delivery());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync("MAIL", 2);
        hold.SetResult();
        Settled[] first = [await fixture.Queue.NextAsync(), await fixture.Queue.NextAsync()];
        Assert.Single(first, settled => settled.Settlement.Remaining.IsEmpty);
        var refused = Assert.Single(first, settled => !settled.Settlement.Remaining.IsEmpty).Settlement;
        Assert.InRange(refused.NextAttemptAt - _time.GetUtcNow(), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(13));

        // The other connection is closed, although its message was taken.
        await fixture.Peer.Script.WaitForAsync("QUIT", 2);
        _time.Advance(TimeSpan.FromMinutes(4));
        var later = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Contains("the destination gets nothing until 2000-01-01 00:10:00Z, for it said: refused at MAIL: 450 4.7.28 too much", later.Failure, StringComparison.Ordinal);
        Assert.InRange(later.NextAttemptAt - _time.GetUtcNow(), TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(8));
        Assert.Equal(2, fixture.Peer.Sessions.Count);

        _time.Advance(TimeSpan.FromMinutes(6));
        var probe = new TaskCompletionSource();
        fixture.Peer.Script.On("MAIL", new PeerAction.After(probe.Task, "250 2.1.0 Ok"), occurrence: 3);
        for (var i = 0; i < 3; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        await fixture.Peer.Script.WaitForAsync("MAIL", 3);
        Assert.Equal(3, fixture.Peer.Sessions.Count);
        probe.SetResult();
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
        }
    }

    [Fact]
    public async Task What_is_ready_when_a_greeting_suspends_is_deferred_without_an_attempt()
    {
        await using var fixture = Start(
            Pattern("RP-001", new() { Suspend = TimeSpan.FromMinutes(15) }) with { Destinations = [], Hosts = [new("127.0.0.1")], Phase = SmtpPhase.Greeting },
            new DestinationLimits { MaxConnections = 1 });
        var hold = new TaskCompletionSource();
        fixture.Peer.Script.On(PeerStage.Connect, new PeerAction.After(hold.Task, "421 RP-001 rate limit"));
        for (var i = 0; i < 5; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        await fixture.Peer.Script.WaitForAsync(PeerStage.Connect);
        hold.SetResult();
        for (var i = 0; i < 5; i++)
        {
            var settlement = (await fixture.Queue.NextAsync()).Settlement;
            Assert.Contains("421 RP-001", settlement.Failure, StringComparison.Ordinal);
            Assert.True(settlement.NextAttemptAt - _time.GetUtcNow() >= TimeSpan.FromMinutes(15));
        }

        Assert.Single(fixture.Peer.Sessions);
    }

    [Fact]
    public async Task A_connection_can_be_closed_and_the_number_of_them_and_of_their_messages_be_limited_for_a_time()
    {
        await using var fixture = Start(Pattern(
            "slowly", new() { CloseConnection = true, MaxConnections = 1, MaxMessagesPerConnection = 1, LimitTime = TimeSpan.FromHours(1) }));
        fixture.Peer.Script.On("RCPT", "450 4.2.1 slowly", occurrence: 1);
        await fixture.DeliverAsync(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync("QUIT", 1);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        await fixture.Peer.Script.WaitForAsync("QUIT", 3);
        var hold = new TaskCompletionSource();
        var action = new PeerAction.After(hold.Task, "250 2.1.0 Ok");
        var before = fixture.Peer.Script.Reached("MAIL");
        fixture.Peer.Script.On("MAIL", action);
        fixture.Service.Dispatch(fixture.Delivery());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync("MAIL", before + 1);
        Assert.Equal(4, fixture.Peer.Sessions.Count);
        _time.Advance(TimeSpan.FromHours(1));

        // The window may grow again with what succeeds, and one connection carries several messages.
        hold.SetResult();
        for (var i = 0; i < 2; i++)
        {
            await fixture.Queue.NextAsync();
        }

        Assert.InRange(fixture.Peer.Sessions.Count, 4, 5);
    }

    [Fact]
    public void The_first_that_fits_by_server_phase_and_text_counts()
    {
        var first = Pattern("^421 4\\.7\\.0 ", new() { Congested = true }) with { Destinations = [], Hosts = [new("*.example.net")], Phase = SmtpPhase.Mail };
        var second = Pattern("tail$", new() { CloseConnection = true }) with { Destinations = [new("mx:*")] };
        var patterns = new ReplyPatterns([first, second]);
        var reply = new SmtpReply(421, new EnhancedStatus(4, 7, 0), "one\ntail");
        SmtpFailure At(SmtpPhase phase) => new(SmtpParty.Peer, phase, reply, "refused");
        Assert.Same(first.Action, patterns.Find("mx:a.test", "MX.Example.net", At(SmtpPhase.Mail)));
        Assert.Same(second.Action, patterns.Find("mx:a.test", "MX.Example.net", At(SmtpPhase.Data)));
        Assert.Same(second.Action, patterns.Find("mx:a.test", "example.net", At(SmtpPhase.Mail)));
        Assert.Null(patterns.Find("relay:a", null, At(SmtpPhase.Mail)));
        Assert.Same(first.Action, patterns.Find("relay:a", null, At(SmtpPhase.Mail) with { Host = "b.example.net" }));
        Assert.Null(patterns.Find("mx:a.test", null, new SmtpFailure(SmtpParty.Network, SmtpPhase.Mail, default, "tail")));
        Assert.Null(patterns.Find("mx:a.test", null, At(SmtpPhase.Data) with { Reply = reply with { Text = new string('x', ReplyPatterns.MaxLength) + "tail" } }));
    }

    private static ReplyPattern Pattern(string expression, ReplyAction action) => new()
    {
        Destinations = [new("relay:relay")],
        Reply = new Regex(expression, RegexRule.Options),
        Action = action,
    };

    private DeliveryFixture Start(ReplyPattern pattern, DestinationLimits? limits = null) => DeliveryFixture.Start(
        time: _time,
        configure: options => DeliveryFixture.WithPatienceForQuit(options) with
        {
            DefaultLimits = limits ?? new() { IdleConnection = TimeSpan.FromDays(1) },
            ReplyPatterns = [pattern],
        });
}
