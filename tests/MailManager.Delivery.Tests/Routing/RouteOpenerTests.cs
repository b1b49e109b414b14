using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Egress;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Tests.Routing;

/// <summary>From a mail domain to a session: how much is tried, and where.</summary>
public sealed class RouteOpenerTests : IAsyncDisposable
{
    private readonly FixedDns _dns = new();
    private readonly ScriptedSmtpServer _peer = new();
    private readonly AddressLog _log = new();

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    [Fact]
    public async Task No_more_than_six_addresses_are_tried()
    {
        // Nobody listens on these.
        string[] dead = [.. Enumerable.Range(90, 8).Select(i => $"127.0.0.{i}")];
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", new MxRow(1, "a.test"), new MxRow(2, "b.test"), new MxRow(3, "c.test"));
        _dns.Host("a.test", dead[..4]).Host("b.test", dead[4..]).Host("c.test", "127.0.0.1");
        Assert.NotNull(await OpenAsync());
        Assert.Equal(dead[..6], _log.Entries.Where(entry => !entry.StartsWith("failed", StringComparison.Ordinal)));
        Assert.DoesNotContain("A c.test", _dns.Questions);
    }

    [Fact]
    public async Task The_address_that_was_checked_is_the_one_connected_to_also_in_clear_text()
    {
        // Whoever asks again gets another address.
        var asked = 0;
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", new MxRow(1, "host.test"));
        _dns.Addresses["host.test"] = family => family == AddressFamily.InterNetworkV6
            ? FixedDns.None<IPAddress>("host.test", DnsStatus.NoData)
            : FixedDns.Found("host.test", IPAddress.Parse(Interlocked.Increment(ref asked) == 1 ? "127.0.0.1" : "127.0.0.99"));
        _peer.Script.Extensions.Add("STARTTLS");
        _peer.Script.On("STARTTLS", "454 4.7.0 not now");
        Assert.Null(await OpenAsync());
        Assert.Equal("127.0.0.1", Assert.Single(_log.Entries.Where(entry => !entry.StartsWith("failed", StringComparison.Ordinal)).Distinct()));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_relay_says_itself_what_it_demands_and_its_tlsa_records_are_nobodys_business()
    {
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", new MxRow(1, "host.test"));
        _dns.Host("host.test", "127.0.0.1");
        _dns.Tlsa[$"_{_peer.EndPoint.Port}._tcp.host.test"] = FixedDns.None<TlsaRow>("host.test", DnsStatus.TimedOut);
        Assert.Contains("TLSA", (await OpenAsync())!.Reason, StringComparison.Ordinal);
        Assert.Null(await OpenAsync(isRelay: true));
    }

    [Fact]
    public async Task A_source_is_used_only_for_addresses_of_its_families()
    {
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", new MxRow(1, "six.test"), new MxRow(2, "both.test"));
        _dns.Host("six.test", "::1").Host("both.test", "::1", "127.0.0.1");
        Assert.Null(await OpenAsync(source: new EgressSource { Name = "four", IPv4 = IPAddress.Parse("127.0.0.2") }));
        Assert.Equal(["127.0.0.1"], _log.Entries);
        Assert.Equal(IPAddress.Parse("127.0.0.2"), Assert.Single(_peer.Sessions).Client);
    }

    [Fact]
    public async Task Hosts_that_a_source_cannot_reach_are_named()
    {
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", new MxRow(1, "six.test"));
        _dns.Host("six.test", "::1");
        var failure = await OpenAsync(source: new EgressSource { Name = "four", IPv4 = IPAddress.Parse("127.0.0.2") });
        Assert.Equal("egress source four has no IPv6 address, and six.test has no other", failure!.Reason);
        Assert.False(FailurePolicy.IsPermanent(failure));
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public async Task Clear_text_after_a_failed_handshake_goes_from_the_same_source()
    {
        _dns.Mx["sender.test"] = FixedDns.Found("sender.test", new MxRow(1, "host.test"));
        _dns.Host("host.test", "127.0.0.1");
        _peer.Script.Extensions.Add("STARTTLS");
        _peer.Script.On("STARTTLS", PeerAction.ReplyAndClose("220 2.0.0 Go"));
        Assert.Null(await OpenAsync(source: new EgressSource { Name = "four", IPv4 = IPAddress.Parse("127.0.0.2") }));
        Assert.Equal(["127.0.0.2", "127.0.0.2"], _peer.Sessions.Select(session => session.Client.ToString()));
    }

    private async Task<SmtpFailure?> OpenAsync(bool isRelay = false, EgressSource? source = null)
    {
        var options = new DeliveryOptions { Hostname = "mx.test", Mx = new MxOptions { AllowPrivateTargets = true } };
        var route = new Route
        {
            Host = "sender.test",
            Port = _peer.EndPoint.Port,
            IsMx = true,
            Source = source,
            Servers = isRelay ? [new RelayServer("sender.test", _peer.EndPoint.Port) { IsMxDomain = true }] : [],
            Settings = new SmtpClientSettings { Hostname = "mx.test", ServerName = "sender.test", Tls = SmtpClientTls.Opportunistic, Observer = _log },
        };
        using var clock = new DeadlineClock(TimeProvider.System);
        using var connector = new SmtpConnector(clock, NullLogger.Instance);
        var opener = new RouteOpener(connector, new MxRouting(_dns, options), options, NullLogger.Instance, TimeProvider.System);
        var (connection, failure) = await opener.OpenAsync(route, CancellationToken.None);
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        return failure;
    }
}
