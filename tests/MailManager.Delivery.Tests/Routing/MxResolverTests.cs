using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;

namespace MailManager.Delivery.Tests.Routing;

/// <summary>Which hosts take mail for a domain, and which of their addresses may be used.</summary>
public sealed class MxResolverTests
{
    private readonly FixedDns _dns = new();

    [Fact]
    public async Task Hosts_that_are_not_better_than_this_server_are_left_out()
    {
        Assert.Equal(["a.test"], (await ResolveAsync(new(30, "c.test"), new(20, "MX.test"), new(20, "b.test"), new(10, "a.test"))).Hosts);
        var alone = await ResolveAsync(new(10, "mx.test"), new(20, "b.test"));
        Assert.Empty(alone.Hosts);
        Assert.Contains("point back", alone.Failure!.Reason, StringComparison.Ordinal);
        Assert.True(FailurePolicy.IsPermanent(alone.Failure));
    }

    [Fact]
    public async Task Equal_preferences_share_the_mail_and_lesser_ones_wait()
    {
        var firsts = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            var hosts = (await ResolveAsync(new(20, "c.test"), new(10, "a.test"), new(10, "b.test"))).Hosts;
            Assert.Equal("c.test", hosts[2]);
            firsts.Add(hosts[0]);
        }

        Assert.Equal(["a.test", "b.test"], firsts.Order());
    }

    [Fact]
    public async Task The_five_best_are_tried_and_each_once()
    {
        var rows = Enumerable.Range(0, 50).Reverse().SelectMany(i => (MxRow[])[new(i, $"h{i}.test"), new(i, $"H{i}.test")]).ToArray();
        Assert.Equal(["h0.test", "h1.test", "h2.test", "h3.test", "h4.test"], (await ResolveAsync(rows)).Hosts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2.1")]
    [InlineData("a b.test")]
    public async Task What_is_no_name_of_a_host_is_left_out(string host)
    {
        Assert.Equal(["a.test"], (await ResolveAsync(new(0, host), new(10, "a.test"))).Hosts);
        Assert.Empty((await ResolveAsync(new(0, host), new(10, host))).Hosts);
    }

    [Theory]
    [InlineData(DnsStatus.NoName, true)]
    [InlineData(DnsStatus.Failed, false)]
    [InlineData(DnsStatus.TimedOut, false)]
    public async Task Only_a_name_that_does_not_exist_is_wrong_for_good(DnsStatus status, bool isPermanent)
    {
        _dns.Mx["sender.test"] = FixedDns.None<MxRow>("sender.test", status);
        var hosts = await new MxResolver(_dns, "mx.test").ResolveAsync("sender.test", CancellationToken.None);
        Assert.Equal(isPermanent, FailurePolicy.IsPermanent(hosts.Failure!));
    }

    [Theory]
    [InlineData("[192.0.2.1]", "192.0.2.1")]
    [InlineData("[IPv6:2001:db8::1]", "2001:db8::1")]
    [InlineData("[ipv6:::ffff:192.0.2.1]", "::ffff:192.0.2.1")]
    [InlineData("[2001:db8::1]", null)]
    [InlineData("[IPv6:192.0.2.1]", null)]
    [InlineData("[IPv6:fe80::1%1]", null)]
    [InlineData("[IPv6:2001:db8::1/64]", null)]
    [InlineData("[IPv6:[2001:db8::1]]", null)]
    [InlineData("[IPv6:[2001:db8::1]:25]", null)]
    [InlineData("[127.1]", null)]
    [InlineData("[0x7f000001]", null)]
    [InlineData("[2130706433]", null)]
    [InlineData("[0177.0.0.1]", null)]
    [InlineData("[192.0.2.1", null)]
    [InlineData("[]", null)]
    [InlineData("[", null)]
    [InlineData("192.0.2.1", null)]
    [InlineData("[Tag:text]", null)]
    public void Address_literals(string text, string? expected) =>
        Assert.Equal(expected, AddressLiteral.TryParse(text, out var address) ? address.ToString() : null);

    [Theory]
    [InlineData("[10.0.0.1]")]
    [InlineData("[IPv6:::ffff:10.0.0.1]")]
    [InlineData("[IPv6:64:ff9b::10.0.0.1]")]
    public async Task A_private_address_literal_is_refused(string literal)
    {
        Assert.True(FailurePolicy.IsPermanent((await FindAsync(literal)).Failure!));
        Assert.Single((await HostAddresses.FindAsync(_dns, literal, allowsPrivate: true, CancellationToken.None)).Addresses);
    }

    [Fact]
    public async Task Addresses_come_in_turn_and_private_ones_not_at_all()
    {
        _dns.Host("host.test", "8.8.8.8", "10.0.0.1", "9.9.9.9", "2620:fe::fe", "::ffff:10.0.0.1");
        Assert.Equal(["2620:fe::fe", "8.8.8.8", "9.9.9.9"], (await FindAsync("host.test")).Addresses.Select(address => address.ToString()));
    }

    [Theory]
    [InlineData(DnsStatus.Found, DnsStatus.TimedOut, true, false)]
    [InlineData(DnsStatus.NoData, DnsStatus.TimedOut, false, false)]
    [InlineData(DnsStatus.Failed, DnsStatus.NoData, false, false)]
    [InlineData(DnsStatus.NoData, DnsStatus.NoData, false, true)]
    [InlineData(DnsStatus.NoName, DnsStatus.NoName, false, true)]
    public async Task One_family_is_enough_and_no_answer_is_not_none(DnsStatus v4, DnsStatus v6, bool isFound, bool isPermanent)
    {
        _dns.Addresses["host.test"] = family => (family == AddressFamily.InterNetwork ? v4 : v6) is var status && status == DnsStatus.Found
            ? FixedDns.Found("host.test", IPAddress.Parse("8.8.8.8"))
            : FixedDns.None<IPAddress>("host.test", status);
        var host = await FindAsync("host.test");
        Assert.Equal(isFound, host.Failure is null);
        Assert.Equal(isPermanent, host.Failure is { } failure && FailurePolicy.IsPermanent(failure));
    }

    private Task<MxHosts> ResolveAsync(params MxRow[] rows)
    {
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", rows);
        return new MxResolver(_dns, "mx.test").ResolveAsync("sender.test", CancellationToken.None).AsTask();
    }

    private ValueTask<HostAddresses> FindAsync(string host) => HostAddresses.FindAsync(_dns, host, allowsPrivate: false, CancellationToken.None);
}
