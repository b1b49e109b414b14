using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Dns;
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

    private async Task<SmtpFailure?> OpenAsync(bool isRelay = false)
    {
        var options = new DeliveryOptions { Hostname = "mx.test", Mx = new MxOptions { AllowPrivateTargets = true } };
        var route = new Route
        {
            Host = "sender.test",
            Port = _peer.EndPoint.Port,
            IsMx = true,
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
