using System.Net;
using DnsClient;
using MailManager.Mta.Protection;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Protection;

public sealed class ReverseNamesTests : IAsyncDisposable
{
    private const string Reversed = "9.113.0.203.in-addr.arpa";

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedDnsServer _dns = new();
    private readonly ReverseNames _names;

    public ReverseNamesTests()
    {
        // The resolver itself never gives up here, so that the only time limit is that of the names.
        var resolver = new LookupClient(new LookupClientOptions(_dns.EndPoint) { UseCache = false, ThrowDnsErrors = false, Timeout = TimeSpan.FromMinutes(5), Retries = 0 });
        _names = new ReverseNames(resolver, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        _names.Dispose();
    }

    [Fact]
    public async Task A_name_that_leads_back_is_the_clients()
    {
        _dns.Ptr(Reversed, "Mail.Sender.example").Address("Mail.Sender.example", "203.0.113.9");
        Assert.Equal("mail.sender.example", await FindAsync());
        Assert.Equal("mail.sender.example", await _names.FindAsync(IPAddress.Parse("::ffff:203.0.113.9")));
    }

    [Fact]
    public async Task An_ipv6_client_has_a_name_too()
    {
        var client = IPAddress.Parse("2001:db8::b1");
        _dns.Ptr(DnsListQuery.NameOf(client, "ip6.arpa").TrimEnd('.'), "six.example").Address("six.example", "2001:db8::b1");
        Assert.Equal("six.example", await _names.FindAsync(client));
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_proves_nothing()
    {
        _dns.Ptr(Reversed, "outlook.com").Address("outlook.com", "198.51.100.1");
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task Of_several_names_the_first_that_leads_back_counts()
    {
        _dns.Ptr(Reversed, "gone.example").Ptr(Reversed, "bad name.example").Ptr(Reversed, "real.example").Address("real.example", "203.0.113.9");
        Assert.Equal("real.example", await FindAsync());
        Assert.DoesNotContain(_dns.Questions, question => question.StartsWith("bad", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_record_there_is_no_name() => Assert.Null(await FindAsync());

    [Fact]
    public async Task A_name_is_asked_for_once_while_it_holds()
    {
        _dns.Ptr(Reversed, "mail.sender.example").Address("mail.sender.example", "203.0.113.9");
        await FindAsync();
        await FindAsync();
        Assert.Equal(2, _dns.Questions.Count);
        _time.Advance(TimeSpan.FromSeconds(61));
        await FindAsync();
        Assert.Equal(4, _dns.Questions.Count);
    }

    [Fact]
    public async Task A_failure_is_no_name_and_soon_asked_again()
    {
        _dns.Fail(Reversed);
        Assert.Null(await FindAsync());
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await FindAsync());
        Assert.Equal(2, _dns.Questions.Count);
    }

    [Fact]
    public async Task Silence_is_no_name_after_the_limit()
    {
        _dns.Ignore(Reversed);
        var asking = FindAsync();
        await _dns.WaitForAsync(Reversed);
        _time.Advance(ReverseNames.Limit);
        Assert.Null(await asking);
    }

    private Task<string?> FindAsync() => _names.FindAsync(IPAddress.Parse("203.0.113.9"));
}
