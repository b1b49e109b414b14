using System.Net;
using DnsClient;
using MailManager.Delivery.Probe;
using MailManager.Mta.Protection;
using MailManager.Resources.IngressPoints;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Protection;

public sealed class ClientGuardTests : IAsyncDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.9");
    private static readonly DnsListSettings Lists = new() { Zones = [new DnsListZone("zen.test", [])] };
    private static readonly RecipientVerificationSettings Verification = new() { Relay = "relay" };
    private static readonly SmtpFailure NoSuchUser = new(SmtpParty.Peer, SmtpPhase.Recipient, new SmtpReply(550, "no such user"), "refused at RCPT");

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedDnsServer _dns = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("guard");
    private readonly ListLogger<ClientGuard> _log = new();
    private readonly FixedProbe _probe = new();
    private readonly DnsListChecker _checker;
    private readonly Greylist _greylist;
    private readonly ProtectionServices _services;

    public ClientGuardTests()
    {
        var resolver = new LookupClient(new LookupClientOptions(_dns.EndPoint) { UseCache = false, ThrowDnsErrors = false, Timeout = TimeSpan.FromMinutes(5), Retries = 0 });
        _checker = new DnsListChecker(resolver, _time, new ListLogger<DnsListChecker>());
        _greylist = Greylist.Open(Path.Combine(_directory.FullName, "greylist.db"), _time, new ListLogger<Greylist>());
        _services = new ProtectionServices(_checker, _greylist, new RecipientVerifier(_probe, _time, new ListLogger<RecipientVerifier>()), _log);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        _checker.Dispose();
        await _greylist.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Without_protection_there_is_no_guard()
    {
        Assert.Null(_services.Open(new ProtectionSettings(), "in", "S1", Client));
    }

    [Fact]
    public async Task The_look_up_starts_with_the_session_and_a_listed_client_is_refused_every_recipient()
    {
        _dns.Address("9.113.0.203.zen.test", "127.0.0.2");
        var guard = Open(new ProtectionSettings { DnsLists = Lists, Greylisting = new GreylistingSettings(), RecipientVerification = Verification });
        await _dns.WaitForAsync("9.113.0.203.zen.test");

        var expected = new SmtpReply(550, new EnhancedStatus(5, 7, 1), "Your address is listed by zen.test (ref S1)");
        Assert.Equal(expected, await CheckAsync(guard));
        var again = CheckAsync(guard);
        Assert.True(again.IsCompletedSuccessfully);
        Assert.Equal(expected, await again);
        Assert.Equal(0, _probe.Count);
        Assert.Equal(2, _log.Count(2200));
        Assert.All(_log.Events, entry => Assert.Contains("zen.test (127.0.0.2), session=S1", entry.Text));

        // Whoever has a name is not judged by the address.
        Assert.Null(await guard.CheckAsync("a@sender.test", "user@example.com", isAuthenticated: true, isServed: true, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_list_that_fails_lets_pass_or_defers(bool defers)
    {
        _dns.Fail("9.113.0.203.zen.test");
        var guard = Open(new ProtectionSettings { DnsLists = Lists with { OnFailure = defers ? ProtectionFailure.Defer : ProtectionFailure.Allow } });
        var reply = await CheckAsync(guard);
        Assert.Equal(defers ? "451 4.7.1 Your address cannot be checked now, try again later (ref S1)" : null, reply?.ToString());
        Assert.Equal(defers ? 1 : 0, _log.Count(2201));
    }

    [Fact]
    public async Task A_stranger_is_asked_to_come_again()
    {
        var guard = Open(new ProtectionSettings { Greylisting = new GreylistingSettings(), RecipientVerification = Verification });
        Assert.Equal("451 4.7.1 Greylisted, try again later (ref S1)", (await CheckAsync(guard)).ToString());
        Assert.Equal(0, _probe.Count);
        Assert.Contains("greylisted (FirstTry)", Assert.Single(_log.Events, entry => entry.Id == 2210).Text);
        Assert.Null(await guard.CheckAsync("a@sender.test", "user@example.com", isAuthenticated: true, isServed: true, Cancellation));

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await CheckAsync(guard));
    }

    [Fact]
    public async Task An_unknown_recipient_is_refused_to_everybody()
    {
        _probe.Result = new ProbeResult(ProbeOutcome.Refused, NoSuchUser);
        var guard = Open(new ProtectionSettings { RecipientVerification = Verification });
        Assert.Equal("550 5.1.1 Recipient does not exist here (ref S1)", (await CheckAsync(guard)).ToString());
        Assert.Equal(550, (await guard.CheckAsync("a@sender.test", "user@example.com", isAuthenticated: true, isServed: true, Cancellation))?.Code);
        Assert.Null(await guard.CheckAsync("a@sender.test", "user@elsewhere.test", isAuthenticated: true, isServed: false, Cancellation));
        Assert.All(_log.Events, entry => Assert.Contains("no such user", entry.Text));
        Assert.Equal(2, _log.Count(2220));
    }

    [Fact]
    public async Task A_recipient_that_cannot_be_sent_to_the_relay_is_refused_as_such()
    {
        _probe.Result = new ProbeResult(ProbeOutcome.Refused, new SmtpFailure(SmtpParty.Local, SmtpPhase.Recipient, default, "no SMTPUTF8", new EnhancedStatus(5, 6, 7)));
        Assert.Equal(
            "550 5.6.7 Recipient's address cannot be used here (ref S1)",
            (await CheckAsync(Open(new ProtectionSettings { RecipientVerification = Verification }))).ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_relay_that_does_not_tell_defers_or_lets_pass(bool defers)
    {
        _probe.Result = new ProbeResult(ProbeOutcome.Unknown, new SmtpFailure(SmtpParty.Network, SmtpPhase.Connect, default, "timed out"));
        var guard = Open(new ProtectionSettings { RecipientVerification = Verification with { OnFailure = defers ? ProtectionFailure.Defer : ProtectionFailure.Allow } });
        Assert.Equal(defers ? "451 4.4.3 Recipient cannot be verified now, try again later (ref S1)" : null, (await CheckAsync(guard))?.ToString());
        Assert.Equal(defers ? 1 : 0, _log.Count(2221));
    }

    [Fact]
    public async Task A_session_that_ends_does_not_wait_for_lists()
    {
        _dns.Ignore("9.113.0.203.zen.test");
        using var session = new CancellationTokenSource();
        var check = Open(new ProtectionSettings { DnsLists = Lists }).CheckAsync("a@sender.test", "user@example.com", isAuthenticated: false, isServed: true, session.Token).AsTask();
        await session.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
    }

    private static ValueTask<SmtpReply?> CheckAsync(ClientGuard guard) => guard.CheckAsync("a@sender.test", "user@example.com", isAuthenticated: false, isServed: true, Cancellation);

    private ClientGuard Open(ProtectionSettings options)
    {
        var guard = _services.Open(options, "in", "S1", Client);
        Assert.NotNull(guard);
        return guard;
    }

    /// <summary>Always says the same.</summary>
    private sealed class FixedProbe : IRecipientProbe
    {
        private int _count;

        public ProbeResult Result { get; set; } = new(ProbeOutcome.Accepted, null);

        public int Count => Volatile.Read(ref _count);

        public Task<ProbeResult> ProbeAsync(string relay, string recipient, TimeSpan timeout, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return Task.FromResult(Result);
        }
    }
}
