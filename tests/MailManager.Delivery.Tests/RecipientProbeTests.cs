using MailManager.Delivery.Probe;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests;

public sealed class RecipientProbeTests : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedSmtpServer _peer = new();
    private readonly RecipientProbe _probe;

    public RecipientProbeTests()
    {
        _probe = new RecipientProbe(new DeliveryOptions { Hostname = "mx.test" }, NullLogger<RecipientProbe>.Instance, _time);
        _probe.Update(
            [
                new Relay
                {
                    RelayName = "relay",
                    Servers = [new RelayServer("127.0.0.1", _peer.EndPoint.Port)],
                    Authentication = new RelayAuthentication.None(),
                    Tls = RelayTls.None,
                },
            ],
            []);
    }

    public async ValueTask DisposeAsync()
    {
        await _probe.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_reply_to_rcpt_decides_and_no_message_is_sent(bool isPipelined)
    {
        if (!isPipelined)
        {
            _peer.Script.Extensions.Clear();
        }

        _peer.Script.On("RCPT", "550 5.1.1 no such user", occurrence: 2).On("RCPT", "450 4.2.1 later", occurrence: 3);

        Assert.Equal(ProbeOutcome.Accepted, (await ProbeAsync()).Outcome);
        var refused = await ProbeAsync();
        Assert.Equal(ProbeOutcome.Refused, refused.Outcome);
        Assert.Contains("no such user", refused.Failure!.ToString());
        Assert.Equal(ProbeOutcome.Unknown, (await ProbeAsync()).Outcome);
        Assert.Equal(ProbeOutcome.Accepted, (await ProbeAsync()).Outcome);

        // All over one connection, each probe taken back.
        var commands = Assert.Single(_peer.Sessions).Commands;
        string[] probe = ["MAIL FROM:<>", "RCPT TO:<user@example.com>", "RSET"];
        Assert.Equal(["EHLO mx.test", .. probe, .. probe, .. probe, .. probe], commands);
        Assert.Empty(_peer.Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refusal_of_the_sender_says_nothing_about_the_recipient(bool isPipelined)
    {
        if (!isPipelined)
        {
            _peer.Script.Extensions.Clear();
        }

        _peer.Script.On("MAIL", "550 5.7.1 not you").On("RCPT", "550 5.5.1 need MAIL");
        Assert.Equal(ProbeOutcome.Unknown, (await ProbeAsync()).Outcome);
    }

    [Fact]
    public async Task A_relay_that_hangs_takes_no_longer_than_the_timeout()
    {
        _peer.Script.On("RCPT", new PeerAction.Hang());
        var probe = ProbeAsync();
        await _peer.Script.WaitForAsync("RCPT");
        _time.Advance(Timeout);
        Assert.Equal(ProbeOutcome.Unknown, (await probe).Outcome);
    }

    [Fact]
    public async Task Waiting_for_other_probes_counts_for_the_timeout()
    {
        _peer.Script.On("RCPT", new PeerAction.Hang());
        var running = Enumerable.Range(0, RecipientProbe.MaxProbes).Select(_ => ProbeAsync()).ToArray();
        await _peer.Script.WaitForAsync("RCPT", RecipientProbe.MaxProbes);
        var waiting = ProbeAsync();
        _time.Advance(Timeout);

        // One that counted from its turn would now wait for ever: no more time passes.
        var ended = Task.WhenAll([.. running, waiting]).WaitAsync(ScriptedSmtpServer.Patience, TestContext.Current.CancellationToken);
        Assert.All(await ended, result => Assert.Equal(ProbeOutcome.Unknown, result.Outcome));
    }

    [Theory]
    [InlineData("421 4.3.2 closing")]
    [InlineData(null)]
    public async Task A_kept_connection_that_is_lost_is_replaced(string? farewell)
    {
        Assert.Equal(ProbeOutcome.Accepted, (await ProbeAsync()).Outcome);
        _peer.Script.On("MAIL", farewell is null ? new PeerAction.Close() : PeerAction.ReplyAndClose(farewell), session: 1);

        Assert.Equal(ProbeOutcome.Accepted, (await ProbeAsync()).Outcome);
        Assert.Equal(2, _peer.Sessions.Count);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_with_quit()
    {
        await ProbeAsync();
        _time.Advance(new DeliveryOptions { Hostname = "x" }.DefaultLimits.IdleConnection + TimeSpan.FromSeconds(1));
        await _peer.Sessions[0].Ended.WaitAsync(ScriptedSmtpServer.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("QUIT", _peer.Sessions[0].Commands[^1]);

        await ProbeAsync();
        Assert.Equal(2, _peer.Sessions.Count);
    }

    [Fact]
    public async Task A_relay_that_is_unknown_or_cannot_be_reached_does_not_tell()
    {
        Assert.Equal(ProbeOutcome.Unknown, (await _probe.ProbeAsync("other", "user@example.com", Timeout, CancellationToken.None)).Outcome);
        await _peer.DisposeAsync();
        var result = await ProbeAsync();
        Assert.Equal(ProbeOutcome.Unknown, result.Outcome);
        Assert.NotNull(result.Failure);
    }

    [Fact]
    public async Task Stopping_ends_what_is_under_way()
    {
        _peer.Script.On("RCPT", new PeerAction.Hang());
        var probe = ProbeAsync();
        await _peer.Script.WaitForAsync("RCPT");
        await _probe.DisposeAsync();
        Assert.Equal(ProbeOutcome.Unknown, (await probe).Outcome);
    }

    private Task<ProbeResult> ProbeAsync() => _probe.ProbeAsync("relay", "user@example.com", Timeout, CancellationToken.None);
}
