using System.Net;
using DnsClient;
using MailManager.Mta.Protection;
using MailManager.Resources.IngressPoints;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Protection;

public sealed class DnsListTests : IAsyncDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.9");

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedDnsServer _dns = new();
    private readonly ListLogger<DnsListChecker> _log = new();
    private readonly DnsListChecker _checker;

    public DnsListTests()
    {
        // The resolver itself never gives up here, so that the only time limit is the checker's.
        var resolver = new LookupClient(new LookupClientOptions(_dns.EndPoint) { UseCache = false, ThrowDnsErrors = false, Timeout = TimeSpan.FromMinutes(5), Retries = 0 });
        _checker = new DnsListChecker(resolver, _time, _log);
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        _checker.Dispose();
    }

    [Theory]
    [InlineData("203.0.113.9", "9.113.0.203.zen.test.")]
    [InlineData("2001:db8::b1", "1.b.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.test.")]
    public void The_name_is_the_address_reversed(string client, string name) => Assert.Equal(name, DnsListQuery.NameOf(IPAddress.Parse(client), "zen.test"));

    [Fact]
    public async Task A_client_is_refused_by_the_list_that_names_it()
    {
        _dns.Address("9.113.0.203.b.test", "127.0.0.4");
        Assert.Equal(new DnsListResult(DnsListOutcome.Listed, "b.test", IPAddress.Parse("127.0.0.4")), await CheckAsync("a.test", "b.test"));
        Assert.Equal(default, await CheckAsync("a.test"));
        Assert.Equal(DnsListOutcome.Listed, (await _checker.CheckAsync(Options("b.test"), Client.MapToIPv6())).Outcome);
    }

    [Fact]
    public async Task An_ipv6_client_is_looked_up_by_its_nibbles()
    {
        var client = IPAddress.Parse("2600::25");
        _dns.Address(DnsListQuery.NameOf(client, "b.test").TrimEnd('.'), "127.0.0.2");
        Assert.Equal(DnsListOutcome.Listed, (await _checker.CheckAsync(Options("b.test"), client)).Outcome);
    }

    [Fact]
    public async Task Only_configured_answers_count()
    {
        _dns.Address("9.113.0.203.a.test", "127.0.0.10").Address("9.113.0.203.a.test", "127.0.0.11");
        DnsListSettings Answers(params string[] answers) => new() { Zones = [new DnsListZone("a.test", [.. answers.Select(IPAddress.Parse)])] };

        Assert.Equal(default, await _checker.CheckAsync(Answers("127.0.0.2"), Client));
        Assert.Equal(DnsListOutcome.Listed, (await _checker.CheckAsync(Answers("127.0.0.2", "127.0.0.11"), Client)).Outcome);
    }

    [Theory]
    [InlineData("127.255.255.254")]
    [InlineData("192.0.2.1")]
    public async Task An_answer_that_is_none_of_a_list_lists_nobody_and_is_logged_once_a_minute(string answer)
    {
        _dns.Address("9.113.0.203.a.test", answer).Address("10.113.0.203.a.test", answer);
        Assert.Equal(new DnsListResult(DnsListOutcome.Failed, "a.test", null), await CheckAsync("a.test"));
        Assert.Equal(DnsListOutcome.Failed, (await _checker.CheckAsync(Options("a.test"), IPAddress.Parse("203.0.113.10"))).Outcome);
        var (_, text) = Assert.Single(_log.Events, entry => entry.Id == 2230);
        Assert.Contains(answer, text);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(DnsListOutcome.Failed, (await CheckAsync("a.test")).Outcome);
        Assert.Equal(2, _log.Count(2230));
    }

    [Fact]
    public async Task A_list_that_fails_fails_unless_another_names_the_client()
    {
        _dns.Fail("9.113.0.203.a.test").Address("9.113.0.203.b.test", "127.0.0.2");
        Assert.Equal(DnsListOutcome.Failed, (await CheckAsync("a.test", "c.test")).Outcome);
        Assert.Equal(DnsListOutcome.Listed, (await CheckAsync("a.test", "b.test")).Outcome);
    }

    [Fact]
    public async Task A_silent_list_does_not_hold_up_the_one_that_answers()
    {
        _dns.Ignore("9.113.0.203.a.test").Address("9.113.0.203.b.test", "127.0.0.2");
        Assert.Equal(DnsListOutcome.Listed, (await CheckAsync("a.test", "b.test")).Outcome);
    }

    [Fact]
    public async Task A_silent_list_is_waited_for_no_longer_than_the_limit_and_once_for_many()
    {
        _dns.Ignore("9.113.0.203.a.test");
        var checks = Enumerable.Range(0, 50).Select(_ => CheckAsync("b.test", "a.test")).ToArray();
        await _dns.WaitForAsync("9.113.0.203.a.test");
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.All(await Task.WhenAll(checks), result => Assert.Equal(new DnsListResult(DnsListOutcome.Failed, "a.test", null), result));
        Assert.Single(_dns.Questions, name => name == "9.113.0.203.a.test");
    }

    [Fact]
    public async Task Answers_are_remembered_for_their_time_to_live()
    {
        _dns.Address("9.113.0.203.a.test", "127.0.0.2");
        await CheckAsync("a.test");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(CheckAsync("a.test").IsCompletedSuccessfully);
        Assert.Single(_dns.Questions);

        _time.Advance(TimeSpan.FromSeconds(1));
        await CheckAsync("a.test");
        Assert.Equal(2, _dns.Questions.Count);
    }

    [Fact]
    public async Task Not_listed_is_remembered_too()
    {
        await CheckAsync("a.test");
        _time.Advance(TimeSpan.FromMinutes(4));
        await CheckAsync("a.test");
        Assert.Single(_dns.Questions);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("192.168.1.1")]
    [InlineData("::ffff:172.16.0.1")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("198.51.100.7")]
    public async Task Private_and_exempt_clients_are_not_looked_up(string client)
    {
        var options = Options("a.test") with { Exempt = [IPNetwork.Parse("198.51.100.0/24")] };
        Assert.Equal(default, await _checker.CheckAsync(options, IPAddress.Parse(client)));
        Assert.Empty(_dns.Questions);
    }

    private static DnsListSettings Options(params string[] zones) => new() { Zones = [.. zones.Select(zone => new DnsListZone(zone, []))] };

    private Task<DnsListResult> CheckAsync(params string[] zones) => _checker.CheckAsync(Options(zones), Client);
}
