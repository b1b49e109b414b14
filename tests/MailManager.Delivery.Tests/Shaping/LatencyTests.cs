using CsCheck;
using MailManager.Delivery.Shaping;
using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Shaping;

public sealed class LatencyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Slow_is_more_than_twice_and_a_second_above_the_least_average()
    {
        var watch = new LatencyWatch(_time);
        Assert.False(Repeat(watch, 20, 0.1));
        Assert.False(Repeat(watch, 100, 1.05), "less than a second above");
        Assert.True(Repeat(watch, 100, 1.3));

        watch = new LatencyWatch(_time);
        Assert.False(Repeat(watch, 20, 2));
        Assert.False(Repeat(watch, 100, 3.9), "less than twice");
        Assert.True(Repeat(watch, 100, 4.5));
    }

    [Fact]
    public void A_single_slow_reply_or_too_few_of_them_say_nothing()
    {
        var watch = new LatencyWatch(_time);
        Assert.False(Repeat(watch, 20, 0.1));
        Assert.False(watch.Add(TimeSpan.FromSeconds(8)));
        Assert.False(Repeat(watch, 100, 0.1));
        Assert.False(Repeat(new LatencyWatch(_time), 1000, 60), "always as slow");
    }

    [Fact]
    public void It_is_told_once_for_as_many_replies_as_make_an_average()
    {
        var watch = new LatencyWatch(_time);
        Repeat(watch, 20, 0.1);
        Assert.True(Repeat(watch, 20, 30));
        Assert.False(Repeat(watch, LatencyWatch.LeastReplies - 2, 30));
    }

    [Fact]
    public void What_stays_slow_is_what_is_usual_after_ten_minutes()
    {
        var watch = new LatencyWatch(_time);
        Repeat(watch, 20, 0.1);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(LatencyWatch.Memory);
            Repeat(watch, 20, 10);
        }

        Assert.False(Repeat(watch, 1000, 10));
        Assert.True(Repeat(watch, 100, 25));
    }

    [Fact]
    public void What_varies_less_than_a_second_is_never_slow() => Gen.Double[0, 0.9].Array[0, 300].Sample(
        seconds =>
        {
            var watch = new LatencyWatch(new FakeTimeProvider());
            Assert.All(seconds, one => Assert.False(watch.Add(TimeSpan.FromSeconds(one))));
        },
        iter: 200);

    [Fact]
    public async Task A_destination_that_becomes_slow_gets_half_as_many_connections()
    {
        await using var fixture = DeliveryFixture.Start(
            time: _time,
            configure: options => DeliveryFixture.WithPatienceForQuit(options) with
            {
                DefaultLimits = new() { InitialConnections = 1, MaxConnections = 4, IdleConnection = TimeSpan.FromDays(1) },
            });
        for (var i = 0; i < 8; i++)
        {
            await fixture.DeliverAsync(fixture.Delivery());
        }

        // Eight successes: four connections would be allowed. The replies then take a minute, until the average says so.
        for (var i = 0; i < 4; i++)
        {
            var hold = new TaskCompletionSource();
            fixture.Peer.Script.Clear();
            fixture.Peer.Script.On(PeerStage.EndOfData, new PeerAction.After(hold.Task, "250 2.0.0 Ok"));
            var before = fixture.Peer.Script.Reached(PeerStage.EndOfData);
            for (var n = 0; n < 4; n++)
            {
                fixture.Service.Dispatch(fixture.Delivery());
            }

            var allowed = i == 0 ? 4 : 2;
            await fixture.Peer.Script.WaitForAsync(PeerStage.EndOfData, before + allowed);
            Assert.Equal(before + allowed, fixture.Peer.Script.Reached(PeerStage.EndOfData));
            _time.Advance(TimeSpan.FromSeconds(30));
            hold.SetResult();
            for (var n = 0; n < 4; n++)
            {
                Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
            }

            if (i == 1)
            {
                return;
            }
        }
    }

    private static bool Repeat(LatencyWatch watch, int times, double seconds)
    {
        var isSlow = false;
        for (var i = 0; i < times && !isSlow; i++)
        {
            isSlow = watch.Add(TimeSpan.FromSeconds(seconds));
        }

        return isSlow;
    }
}
