using CsCheck;
using MailManager.Delivery.Shaping;

namespace MailManager.Delivery.Tests.Shaping;

public sealed class RateWindowTests
{
    private const long Second = 1000;

    /// <summary>Whoever takes as soon as allowed never gets more than the limit in any period, and gets all of it but for the granularity.</summary>
    [Fact]
    public void Never_more_than_the_limit_in_any_period_and_the_wait_is_exact()
    {
        var rates = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 100]);
        var steps = Gen.Select(Gen.Int[1, 12], Gen.Int[0, 3000]).Array[1, 200];
        Gen.Select(rates, steps, Gen.Long[0, 1_000_000_000]).Sample(
            (rate, demand, start) =>
            {
                var (limit, seconds) = rate;
                var period = seconds * Second;
                var window = new RateWindow(new RateLimit(limit, TimeSpan.FromSeconds(seconds)), Second);
                var taken = new List<(long At, int Cost)>();
                var now = start;
                foreach (var (cost, pause) in demand)
                {
                    now += pause;
                    if (window.WaitFor(cost, now) is > 0 and var wait)
                    {
                        Assert.True(window.WaitFor(cost, now + wait - 1) > 0, "the wait is too long");
                        now += wait;
                        Assert.Equal(0, window.WaitFor(cost, now));
                    }

                    window.Take(cost, now);
                    taken.Add((now, cost));
                    var inPeriod = taken.Where(one => one.At > now - period).ToList();
                    Assert.True(inPeriod.Count == 1 || inPeriod.Sum(one => one.Cost) <= limit, $"{inPeriod.Sum(one => one.Cost)} of {limit}");
                }
            },
            iter: 2000);
    }

    [Fact]
    public void All_of_the_limit_may_go_at_once_and_again_after_the_period()
    {
        var window = new RateWindow(new RateLimit(100, TimeSpan.FromMinutes(1)), Second);
        Assert.Equal(0, window.WaitFor(100, 0));
        window.Take(100, 0);
        Assert.InRange(window.WaitFor(1, 0), 60 * Second, (60 * Second) + (60 * Second / 64) + 64);
    }

    [Fact]
    public void What_costs_more_than_the_limit_goes_alone()
    {
        var window = new RateWindow(new RateLimit(10, TimeSpan.FromMinutes(1)), Second);
        Assert.Equal(0, window.WaitFor(50, 0));
        window.Take(1, 0);
        Assert.True(window.WaitFor(50, 0) >= 60 * Second);
        Assert.False(window.IsEmpty(60 * Second));
        Assert.True(window.IsEmpty(62 * Second));
    }
}
