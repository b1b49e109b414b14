using MailManager.Queue.Schedule;
using Microsoft.Extensions.Logging.Abstractions;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

public sealed class QueueClockTests
{
    private readonly SetClock _time = new(Epoch);

    [Fact]
    public void It_agrees_with_the_wall_clock_until_that_is_set()
    {
        var clock = Start(null);
        _time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(TimeSpan.Zero, clock.Offset);
        Assert.Equal(Milliseconds(Epoch.AddDays(3)), clock.Now);
        Assert.Equal(clock.Now, clock.FromWall(_time.GetUtcNow()));
        Assert.Equal(_time.GetUtcNow(), clock.ToWall(clock.Now));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void A_wall_clock_that_is_set_moves_what_it_shows_and_not_what_waits(int hours)
    {
        var clock = Start(null);
        var due = clock.FromWall(_time.GetUtcNow().AddMinutes(10));
        _time.Offset += TimeSpan.FromHours(hours);
        Assert.Equal(_time.GetUtcNow().AddMinutes(10), clock.ToWall(due));
        Assert.Equal(due, clock.FromWall(_time.GetUtcNow().AddMinutes(10)));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(due, clock.Now);
        Assert.Equal(TimeSpan.FromHours(hours), clock.Offset);
    }

    [Fact]
    public void A_small_correction_is_none()
    {
        var clock = Start(null);
        _time.Offset = TimeSpan.FromMilliseconds(99);
        Assert.Equal(TimeSpan.Zero, clock.Offset);
        _time.Offset = TimeSpan.FromMilliseconds(100);
        Assert.Equal(TimeSpan.FromMilliseconds(100), clock.Offset);
    }

    /// <summary>Minutes of the stop, by how many the wall clock was set meanwhile, and how many went by for the queue.</summary>
    [Theory]
    [InlineData(30, 0, 30)]
    [InlineData(30, 60, 90)]
    [InlineData(30, -10, 20)]
    [InlineData(30, -300, 0)]
    public void From_a_mark_it_goes_on_by_what_the_wall_clock_shows_and_never_back(int stop, int set, int expected)
    {
        var before = Start(null);
        _time.Offset = TimeSpan.FromHours(-2);
        _time.Advance(TimeSpan.FromHours(1));
        var mark = before.NextMark();
        _time.Advance(TimeSpan.FromMinutes(stop));
        _time.Offset += TimeSpan.FromMinutes(set);
        var clock = Start(mark);
        Assert.Equal(mark!.Value.Queue + (expected * 60_000L), clock.Now);
        Assert.Equal(_time.GetUtcNow(), clock.ToWall(clock.Now));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(mark.Value.Queue + ((expected + 1) * 60_000L), clock.Now);
    }

    [Fact]
    public void A_mark_is_wanted_at_first_each_minute_when_the_clock_was_set_and_when_asked_for()
    {
        var clock = Start(null);
        Mark();
        Assert.Null(clock.NextMark());
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(clock.NextMark());
        _time.Advance(TimeSpan.FromSeconds(1));
        Mark();
        Assert.Null(clock.NextMark());

        _time.Offset = TimeSpan.FromSeconds(1);
        Assert.True(clock.IsMarkOutdated);
        Assert.NotNull(clock.NextMark());
        Mark();
        Assert.False(clock.IsMarkOutdated);
        Assert.Null(clock.NextMark());

        clock.WantMark();
        Mark();
        Assert.Null(clock.NextMark());

        void Mark() => clock.Marked(clock.NextMark()!.Value);
    }

    private QueueClock Start(ClockMark? mark) => new(_time, mark, NullLogger.Instance);

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
