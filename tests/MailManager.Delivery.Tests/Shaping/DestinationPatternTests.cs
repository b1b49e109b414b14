using MailManager.Delivery.Shaping;

namespace MailManager.Delivery.Tests.Shaping;

public sealed class DestinationPatternTests
{
    [Theory]
    [InlineData("relay:out", "relay:out", true)]
    [InlineData("relay:out", "relay:Out", false)]
    [InlineData("relay:out", "relay:out2", false)]
    [InlineData("mx:Example.com", "mx:example.com", true)]
    [InlineData("mx:example.com", "mx:mail.example.com", false)]
    [InlineData("mx:*.example.com", "mx:mail.example.com", true)]
    [InlineData("mx:*.example.com", "mx:a.b.example.com", true)]
    [InlineData("mx:*.example.com", "mx:example.com", false)]
    [InlineData("mx:*.example.com", "mx:badexample.com", false)]
    [InlineData("mx:*", "mx:example.com", true)]
    [InlineData("mx:*", "relay:out", false)]
    public void It_covers_what_it_says(string pattern, string destination, bool covers) =>
        Assert.Equal(covers, new DestinationPattern(pattern).Covers(destination));

    [Fact]
    public void The_first_entry_that_matches_holds()
    {
        var first = new DestinationLimits { Match = [new("relay:a"), new("mx:a.example")] };
        var second = new DestinationLimits { Match = [new("mx:*")], RetrySchedule = [TimeSpan.FromHours(2)] };
        var options = new DeliveryOptions { Hostname = "x", Destinations = [first, second] };
        Assert.Same(first, options.LimitsFor("mx:a.example"));
        Assert.Same(second, options.LimitsFor("mx:b.example"));
        Assert.Same(options.DefaultLimits, options.LimitsFor("relay:b"));
        Assert.Equal(second.RetrySchedule, options.RetryScheduleFor("mx:b.example"));
        Assert.Equal(options.RetrySchedule, options.RetryScheduleFor("mx:a.example"));
    }
}
