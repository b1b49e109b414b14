using System.Net.Sockets;
using CsCheck;
using MailManager.Delivery.Dns;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Dns;

/// <summary>What a name server says, and how long it is remembered, by a clock that a test moves.</summary>
public sealed class DnsResolverTests : IAsyncDisposable
{
    private readonly ScriptedDnsServer _dns = new();
    private readonly FakeTimeProvider _time = new();
    private readonly DnsResolver _resolver;

    public DnsResolverTests() => _resolver = new DnsResolver(
        new MxOptions { NameServers = [_dns.EndPoint], QueryTimeout = TimeSpan.FromSeconds(5) }, _time);

    public async ValueTask DisposeAsync()
    {
        _resolver.Dispose();
        await _dns.DisposeAsync();
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(60, 60)]
    [InlineData(604_800, 3600)]
    [InlineData(uint.MaxValue, 5)]
    public async Task An_answer_is_kept_as_long_as_it_says_within_bounds(uint timeToLive, int kept)
    {
        _dns.TimeToLive = timeToLive;
        _dns.Mx("sender.test", 10, "host.test");
        await AssertKeptAsync("sender.test", DnsStatus.Found, kept);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(0u, 5)]
    [InlineData(300u, 300)]
    [InlineData(86_400u, 900)]
    public async Task That_there_is_none_is_kept_as_long_as_the_zone_says_within_bounds(uint? timeToLive, int kept)
    {
        _dns.DenialTimeToLive = timeToLive;
        _dns.Address("host.test", "192.0.2.1");
        await AssertKeptAsync("host.test", DnsStatus.NoData, kept);
        await AssertKeptAsync("unknown.test", DnsStatus.NoName, kept);
    }

    [Fact]
    public async Task A_failure_is_kept_for_five_seconds()
    {
        _dns.Fail("sender.test");
        await AssertKeptAsync("sender.test", DnsStatus.Failed, 5);
    }

    [Fact]
    public async Task No_answer_is_told_from_a_failure()
    {
        _dns.Ignore("sender.test");
        using var resolver = new DnsResolver(new MxOptions { NameServers = [_dns.EndPoint], QueryTimeout = TimeSpan.FromMilliseconds(50) }, _time);
        Assert.Equal(DnsStatus.TimedOut, (await resolver.FindMxAsync("sender.test", CancellationToken.None)).Status);
    }

    [Fact]
    public async Task Many_who_ask_for_the_same_ask_once_in_whatever_case()
    {
        _dns.Mx("sender.test", 10, "host.test");
        string[] names = ["sender.test", "SENDER.test", "Sender.Test"];
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => _resolver.FindMxAsync(names[i % 3], CancellationToken.None).AsTask()));
        Assert.Single(_dns.Questions);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_question_to_others()
    {
        _dns.Ignore("sender.test");
        using var stop = new CancellationTokenSource();
        var asking = _resolver.FindMxAsync("sender.test", stop.Token).AsTask();
        await _dns.WaitForAsync("sender.test");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task An_alias_leads_to_records_and_to_their_name()
    {
        _dns.Alias("alias.test", "host.test").Address("host.test", "192.0.2.1");
        var answer = await _resolver.FindAddressesAsync("alias.test", AddressFamily.InterNetwork, CancellationToken.None);
        Assert.Equal("192.0.2.1", Assert.Single(answer.Records).ToString());
        Assert.Equal("host.test", answer.Name);
        Assert.Equal("host.test", Assert.Single((await _resolver.FindAliasAsync("alias.test", CancellationToken.None)).Records));
        Assert.Equal(DnsStatus.NoData, (await _resolver.FindAddressesAsync("alias.test", AddressFamily.InterNetworkV6, CancellationToken.None)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..test")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.test")]
    public async Task A_name_that_cannot_be_asked_for_is_a_failure_and_no_fault(string name) =>
        Assert.True((await _resolver.FindMxAsync(name, CancellationToken.None)).Status is not DnsStatus.Found);

    [Fact]
    public void Whatever_is_in_a_record_a_question_never_throws()
    {
        var names = 0;
        Gen.Byte.Array[0, 40].Sample(
            data =>
            {
                var name = $"n{Interlocked.Increment(ref names)}.test";
                foreach (var type in (ushort[])[1, 5, 15, 16, 28, 52])
                {
                    _dns.Raw(name, type, data);
                }

                AskAllAsync(name).GetAwaiter().GetResult();
            },
            iter: 300);
    }

    private async Task AskAllAsync(string name)
    {
        await _resolver.FindAddressesAsync(name, AddressFamily.InterNetwork, CancellationToken.None);
        await _resolver.FindAddressesAsync(name, AddressFamily.InterNetworkV6, CancellationToken.None);
        await _resolver.FindAliasAsync(name, CancellationToken.None);
        await _resolver.FindMxAsync(name, CancellationToken.None);
        await _resolver.FindTextAsync(name, CancellationToken.None);
        await _resolver.FindTlsaAsync(name, CancellationToken.None);
    }

    private async Task AssertKeptAsync(string name, DnsStatus status, int seconds)
    {
        var before = _dns.Questions.Count;
        Assert.Equal(status, (await _resolver.FindMxAsync(name, CancellationToken.None)).Status);
        var once = _dns.Questions.Count;
        Assert.True(once > before);
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await _resolver.FindMxAsync(name, CancellationToken.None);
        Assert.Equal(once, _dns.Questions.Count);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _resolver.FindMxAsync(name, CancellationToken.None);
        Assert.True(_dns.Questions.Count > once);
    }
}
