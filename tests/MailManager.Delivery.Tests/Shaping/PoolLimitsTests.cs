using CsCheck;
using MailManager.Delivery.Shaping;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Shaping;

/// <summary>Limits of a destination, as its server sees them.</summary>
public sealed class PoolLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_connection_is_closed_with_quit_after_its_last_message()
    {
        await using var fixture = Start(new DestinationLimits { MaxConnections = 1, MaxMessagesPerConnection = 2 });
        for (var i = 0; i < 6; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        await SettledAsync(fixture, 6);
        Assert.Equal(3, fixture.Peer.Sessions.Count);
        await fixture.Peer.Script.WaitForAsync("QUIT", 3);
    }

    [Fact]
    public async Task New_destinations_get_the_initial_connections_and_more_with_each_success()
    {
        await using var fixture = Start(new DestinationLimits { InitialConnections = 2, MaxConnections = 3 });
        var (release, hold) = (new TaskCompletionSource(), new TaskCompletionSource());
        var action = new PeerAction.After(release.Task, "250 2.1.0 Ok");
        fixture.Peer.Script.On("MAIL", new PeerAction.After(hold.Task, "250 2.1.0 Ok")).On("MAIL", action, occurrence: 1).On("MAIL", action, occurrence: 2);
        for (var i = 0; i < 10; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        await fixture.Peer.Script.WaitForAsync("MAIL", 2);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
        release.SetResult();
        await fixture.Peer.Script.WaitForAsync("MAIL", 2 + 3);
        Assert.Equal(3, fixture.Peer.Sessions.Count);
        hold.SetResult();
        await SettledAsync(fixture, 10);
    }

    [Fact]
    public async Task There_are_never_more_connections_than_the_window() =>
        await Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 40]).SampleAsync(
            async (initial, max, messages) =>
            {
                await using var fixture = Start(new DestinationLimits { InitialConnections = initial, MaxConnections = max });
                for (var i = 0; i < messages; i++)
                {
                    fixture.Service.Dispatch(fixture.Delivery());
                }

                // None is closed meanwhile, so that those there ever were are those there are.
                await SettledAsync(fixture, messages);
                Assert.InRange(fixture.Peer.Sessions.Count, 1, max);
            },
            iter: 30);

    [Theory]
    [InlineData("MAIL", "421 4.7.0 too many", 1)]
    [InlineData("MAIL", "451 4.7.1 too many", 1)]
    [InlineData("DATA", "451 4.3.0 too many", 1)]
    [InlineData("RCPT", "450 4.2.0 greylisted", 2)]
    [InlineData("MAIL", "550 5.7.1 no", 2)]
    public async Task A_server_that_has_too_much_gets_half_as_many_connections(string stage, string reply, int connections)
    {
        await using var fixture = Start(new DestinationLimits { InitialConnections = 2, MaxConnections = 2 });
        fixture.Peer.Script.Extensions.Remove("PIPELINING");
        var release = new TaskCompletionSource();
        var action = new PeerAction.After(release.Task, reply);
        fixture.Peer.Script.On(stage, action, occurrence: 1).On(stage, action, occurrence: 2);
        fixture.Service.Dispatch(fixture.Delivery());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync(stage, 2);
        release.SetResult();
        await SettledAsync(fixture, 2);

        var hold = new TaskCompletionSource();
        fixture.Peer.Script.On(PeerStage.EndOfData, new PeerAction.After(hold.Task, "250 2.0.0 Ok"));
        var before = fixture.Peer.Script.Reached(PeerStage.EndOfData);
        fixture.Service.Dispatch(fixture.Delivery());
        fixture.Service.Dispatch(fixture.Delivery());
        fixture.Service.Dispatch(fixture.Delivery());
        await fixture.Peer.Script.WaitForAsync(PeerStage.EndOfData, before + connections);
        await NothingElseHappensAsync(fixture);
        Assert.Equal(before + connections, fixture.Peer.Script.Reached(PeerStage.EndOfData));
        hold.SetResult();
        await SettledAsync(fixture, 3);
    }

    [Fact]
    public async Task Messages_wait_for_their_rate_and_go_when_its_time_has_come()
    {
        await using var fixture = Start(
            new DestinationLimits { MaxConnections = 2, MessageRate = new RateLimit(3, TimeSpan.FromMinutes(1)), IdleConnection = TimeSpan.FromMinutes(5) });
        for (var i = 0; i < 7; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        await SettledAsync(fixture, 3);
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(59));
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(2));
        await SettledAsync(fixture, 3);
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(59));
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(2));
        await SettledAsync(fixture, 1);
        Assert.Equal(7, fixture.Peer.Messages.Count);
    }

    [Fact]
    public async Task Recipients_wait_for_their_rate_and_a_message_beyond_it_goes_alone()
    {
        await using var fixture = Start(new DestinationLimits { RecipientRate = new RateLimit(3, TimeSpan.FromMinutes(1)) });
        fixture.Service.Dispatch(fixture.Delivery(recipients: ["a@example.com", "b@example.com"]));
        await SettledAsync(fixture, 1);
        fixture.Service.Dispatch(fixture.Delivery(recipients: ["a@example.com", "b@example.com", "c@example.com", "d@example.com"]));
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(59));
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(2));
        await SettledAsync(fixture, 1);
    }

    [Fact]
    public async Task Connections_wait_for_their_rate()
    {
        await using var fixture = Start(
            new DestinationLimits { MaxMessagesPerConnection = 1, ConnectionRate = new RateLimit(2, TimeSpan.FromMinutes(1)) });
        for (var i = 0; i < 5; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        await SettledAsync(fixture, 2);
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(59));
        await NothingElseHappensAsync(fixture);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
        _time.Advance(TimeSpan.FromSeconds(2));
        await SettledAsync(fixture, 2);
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(61));
        await SettledAsync(fixture, 1);
        Assert.Equal(5, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task A_kept_connection_that_is_lost_is_replaced_at_the_rate_of_connections()
    {
        await using var fixture = Start(new DestinationLimits { ConnectionRate = new RateLimit(1, TimeSpan.FromMinutes(1)) });
        await fixture.DeliverAsync(fixture.Delivery());
        fixture.Peer.Sessions[0].Dispose();
        await fixture.Peer.Sessions[0].Ended.WaitAsync(ScriptedSmtpServer.Patience);
        fixture.Service.Dispatch(fixture.Delivery());
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(59));
        await NothingElseHappensAsync(fixture);
        Assert.Single(fixture.Peer.Sessions);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
        Assert.Equal(2, fixture.Peer.Sessions.Count);
    }

    [Fact]
    public async Task A_destination_that_is_idle_is_not_forgotten_before_its_rate()
    {
        await using var fixture = Start(
            new DestinationLimits { MessageRate = new RateLimit(1, TimeSpan.FromDays(1)), IdleConnection = TimeSpan.FromSeconds(1) });
        await fixture.DeliverAsync(fixture.Delivery());
        while (fixture.Peer.Script.Reached("QUIT") == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await fixture.Peer.Sessions[0].Ended.WaitAsync(ScriptedSmtpServer.Patience);
        await NothingElseHappensAsync(fixture);
        _time.Advance(TimeSpan.FromSeconds(2));
        fixture.Service.Dispatch(fixture.Delivery());
        await NothingElseHappensAsync(fixture);
        Assert.Single(fixture.Peer.Sessions);
        _time.Advance(TimeSpan.FromHours(25));
        await SettledAsync(fixture, 1);
    }

    [Fact]
    public async Task A_stalled_or_limited_destination_delays_no_other()
    {
        await using var fixture = Start(new DestinationLimits());
        await using var stalled = new ScriptedSmtpServer();
        stalled.Script.On("MAIL", new PeerAction.Hang());
        await using var limited = new ScriptedSmtpServer();
        fixture.Service.Update(
            [Relay("relay", fixture.Peer), Relay("stalled", stalled), Relay("limited", limited)], [], new IdentitySet(["example.com"]));
        for (var i = 0; i < 100; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery(destination: "relay:stalled"));
            fixture.Service.Dispatch(fixture.Delivery(destination: "relay:limited"));
            fixture.Service.Dispatch(fixture.Delivery());
        }

        // No time passes: all of the healthy one, and of the limited one what its rate allows.
        await SettledAsync(fixture, 101);
        Assert.Equal(100, fixture.Peer.Messages.Count);
        Assert.Single(limited.Messages);
        Assert.Empty(stalled.Messages);
    }

    private static Relay Relay(string name, ScriptedSmtpServer peer) => new()
    {
        RelayName = name,
        Servers = [new RelayServer("127.0.0.1", peer.EndPoint.Port)],
        Authentication = new RelayAuthentication.None(),
        Tls = RelayTls.Opportunistic,
    };

    private static async Task SettledAsync(DeliveryFixture fixture, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await fixture.Queue.NextAsync();
        }
    }

    /// <summary>
    /// Nothing is settled in the time that 200 messages to another destination take, one after the other. In that time what waits for a rate has set its timer,
    /// as it must before fake time jumps.
    /// </summary>
    private static async Task NothingElseHappensAsync(DeliveryFixture fixture)
    {
        await using var other = new ScriptedSmtpServer();
        var relay = $"other-{other.EndPoint.Port}";
        fixture.Service.Update([Relay("relay", fixture.Peer), Relay(relay, other)], [], new IdentitySet(["example.com"]));
        for (var i = 0; i < 200; i++)
        {
            await fixture.DeliverAsync(fixture.Delivery(destination: $"relay:{relay}"));
        }
    }

    private DeliveryFixture Start(DestinationLimits limits) => DeliveryFixture.Start(
        time: _time,
        configure: options => DeliveryFixture.WithPatienceForQuit(DeliveryFixture.WithManyConnections(options)) with
        {
            Destinations =
            [
                limits with { Match = [new("relay:relay")] },
                new DestinationLimits { Match = [new("relay:limited")], MessageRate = new RateLimit(1, TimeSpan.FromHours(1)) },
            ],
        });
}
