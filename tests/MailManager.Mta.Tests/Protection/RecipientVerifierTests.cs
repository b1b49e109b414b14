using MailManager.Delivery.Probe;
using MailManager.Mta.Protection;
using MailManager.Resources.IngressPoints;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Protection;

public class RecipientVerifierTests
{
    private static readonly RecipientVerificationSettings Options = new() { Relay = "relay" };

    private readonly FakeTimeProvider _time = new();
    private readonly StubProbe _probe = new();
    private readonly ListLogger<RecipientVerifier> _log = new();
    private readonly RecipientVerifier _verifier;

    public RecipientVerifierTests() => _verifier = new RecipientVerifier(_probe, _time, _log);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProbeOutcome.Accepted, 2 * 60 * 60)]
    [InlineData(ProbeOutcome.Refused, 10 * 60)]
    [InlineData(ProbeOutcome.Unknown, 10)]
    public async Task What_the_relay_says_is_remembered(ProbeOutcome outcome, int seconds)
    {
        _probe.Answer(outcome);
        Assert.Equal(outcome, (await CheckAsync()).Outcome);
        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        var known = CheckAsync();
        Assert.True(known.IsCompletedSuccessfully);
        Assert.Equal(outcome, (await known).Outcome);
        Assert.Equal(1, _probe.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        await CheckAsync();
        Assert.Equal(2, _probe.Count);
        Assert.Equal(outcome == ProbeOutcome.Unknown ? 2 : 0, _log.Count(2231));
    }

    [Fact]
    public async Task Each_relay_is_asked_for_each_recipient()
    {
        _probe.Answer(ProbeOutcome.Accepted);
        await CheckAsync("a@example.com");
        await CheckAsync("b@example.com");
        await _verifier.CheckAsync(Options with { Relay = "other" }, "a@example.com", Cancellation);
        Assert.Equal(3, _probe.Count);
    }

    [Fact]
    public async Task One_probe_serves_all_sessions_that_wait_and_a_session_that_ends_ends_none()
    {
        using var session = new CancellationTokenSource();
        var leaving = _verifier.CheckAsync(Options, "a@example.com", session.Token);
        var staying = Enumerable.Range(0, 100).Select(_ => CheckAsync("a@example.com").AsTask()).ToArray();
        await session.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving.AsTask());

        _probe.Answer(ProbeOutcome.Refused);
        Assert.All(await Task.WhenAll(staying), result => Assert.Equal(ProbeOutcome.Refused, result.Outcome));
        Assert.Equal(1, _probe.Count);
    }

    [Fact]
    public async Task Beyond_the_probes_that_may_wait_nobody_waits()
    {
        var waiting = Enumerable.Range(0, RecipientVerifier.MaxWaiting).Select(i => CheckAsync($"{i}@example.com").AsTask()).ToArray();
        var further = CheckAsync("further@example.com");
        Assert.True(further.IsCompletedSuccessfully);
        Assert.Equal(ProbeOutcome.Unknown, (await further).Outcome);

        _probe.Answer(ProbeOutcome.Accepted);
        await Task.WhenAll(waiting);
        Assert.Equal(ProbeOutcome.Accepted, (await CheckAsync("further@example.com")).Outcome);
    }

    private ValueTask<ProbeResult> CheckAsync(string recipient = "user@example.com") => _verifier.CheckAsync(Options, recipient, Cancellation);

    /// <summary>Answers when it is told to, from then on at once.</summary>
    private sealed class StubProbe : IRecipientProbe
    {
        private readonly TaskCompletionSource<ProbeResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Answer(ProbeOutcome outcome) => _answer.SetResult(
            new ProbeResult(outcome, outcome == ProbeOutcome.Accepted ? null : new SmtpFailure(SmtpParty.Peer, SmtpPhase.Recipient, default, "refused")));

        public Task<ProbeResult> ProbeAsync(string relay, string recipient, TimeSpan timeout, CancellationToken cancellationToken)
        {
            Assert.Equal(Options.Timeout, timeout);
            Interlocked.Increment(ref _count);
            return _answer.Task;
        }
    }
}
