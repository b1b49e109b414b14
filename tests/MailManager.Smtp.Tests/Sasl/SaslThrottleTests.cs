using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>Failures wait longer and longer; nobody is locked out, and strangers cannot fill the memory.</summary>
public class SaslThrottleTests
{
    [Fact]
    public async Task Wait_doubles_up_to_half_a_minute_and_is_forgotten_after_a_quarter_of_an_hour()
    {
        var harness = new SaslHarness();
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            Assert.Equal(seconds, await WaitAsync(harness, "user", "192.0.2.1"));
        }

        harness.Time.Advance(SaslThrottle.Memory);
        Assert.Equal(1, await WaitAsync(harness, "user", "192.0.2.1"));
    }

    [Fact]
    public async Task Failures_count_for_the_source_and_for_the_name()
    {
        var harness = new SaslHarness();
        Assert.Equal(1, await WaitAsync(harness, "a", "192.0.2.1"));
        Assert.Equal(2, await WaitAsync(harness, "b", "192.0.2.1"));
        Assert.Equal(2, await WaitAsync(harness, "b", "192.0.2.2"));
        Assert.Equal(1, await WaitAsync(harness, "c", "192.0.2.3"));
        Assert.Equal(4, await WaitAsync(harness, "d", "::ffff:192.0.2.1"));
    }

    [Fact]
    public async Task Ipv6_is_counted_by_network()
    {
        var harness = new SaslHarness();
        Assert.Equal(1, await WaitAsync(harness, "a", "2001:db8:0:1::1"));
        Assert.Equal(2, await WaitAsync(harness, "b", "2001:db8:0:1:ffff::2"));
        Assert.Equal(1, await WaitAsync(harness, "c", "2001:db8:0:2::1"));
    }

    [Fact]
    public async Task Right_password_never_waits()
    {
        var harness = new SaslHarness();
        for (var i = 0; i < 20; i++)
        {
            await harness.PlainAsync("user", "wrong", $"192.0.2.{i % 4}");
        }

        foreach (var client in new[] { "198.51.100.1", "192.0.2.1" })
        {
            var step = harness.BeginPlain("user", "pencil", client);
            Assert.True(step.IsCompleted);
            Assert.Equal("user", (await step).Identity);
        }
    }

    [Fact]
    public async Task Source_that_guesses_in_parallel_hears_421_and_others_do_not()
    {
        var harness = new SaslHarness();
        var waiting = Enumerable.Range(0, SaslThrottle.MaxUnderWay).Select(_ => harness.BeginPlain("user", "wrong")).ToArray();
        Assert.All(waiting, step => Assert.False(step.IsCompleted));

        var refused = await harness.BeginPlain("user", "pencil");
        Assert.Equal("421 4.7.0 Too many failed authentication attempts", refused.Failure.ToString());
        Assert.Equal("user PLAIN TooManyAttempts", harness.Events[^1]);
        Assert.Equal(SaslThrottle.MaxUnderWay, harness.Derivations);
        var proof = await new ScramClient("user", "pencil").RunAsync(harness, harness.Begin("SCRAM-SHA-256"));
        Assert.Equal(421, proof.Failure.Code);
        Assert.Equal("user", (await harness.BeginPlain("user", "pencil", "192.0.2.2")).Identity);

        harness.Time.Advance(SaslThrottle.MaxWait);
        await Task.WhenAll(waiting);
        Assert.Equal("user", (await harness.BeginPlain("user", "pencil")).Identity);
    }

    [Fact]
    public async Task Client_that_leaves_gives_its_place_back()
    {
        var harness = new SaslHarness();
        using var gone = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, SaslThrottle.MaxUnderWay)
            .Select(_ => harness.Begin("PLAIN").NextAsync("\0user\0wrong"u8.ToArray(), gone.Token).AsTask()).ToArray();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));

        Assert.Equal("user", (await harness.BeginPlain("user", "pencil")).Identity);
    }

    [Fact]
    public void Sources_that_have_not_failed_may_log_in_side_by_side()
    {
        var throttle = new SaslHarness().Throttle;
        var client = SaslHarness.Peer().Client;
        var attempts = Enumerable.Range(0, 100).Select(_ => throttle.TryBegin(client)).ToArray();

        Assert.DoesNotContain(null, attempts);
        foreach (var attempt in attempts)
        {
            attempt!.Dispose();
            attempt.Dispose();
        }

        Assert.Equal(0, throttle.EntryCount);
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_oldest_goes_first()
    {
        var harness = new SaslHarness(maxEntries: 10);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(1, await WaitAsync(harness, $"user{i}", $"192.0.2.{i}"));
        }

        Assert.Equal(20, harness.Throttle.EntryCount);
        Assert.Equal(2, await WaitAsync(harness, "other", "192.0.2.91"));
        Assert.Equal(1, await WaitAsync(harness, "another", "192.0.2.89"));
    }

    /// <summary>Seconds that a failure took.</summary>
    private static async Task<int> WaitAsync(SaslHarness harness, string userName, string client)
    {
        var step = harness.BeginPlain(userName, "wrong", client);
        var seconds = (int)harness.Time.LastWait.TotalSeconds;
        harness.Time.Advance(harness.Time.LastWait);
        Assert.Equal(535, (await step).Failure.Code);
        return seconds;
    }
}
