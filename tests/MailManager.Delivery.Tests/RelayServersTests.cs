using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>Relays of several servers.</summary>
public sealed class RelayServersTests
{
    [Fact]
    public async Task The_next_server_is_used_when_one_is_away()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var away = ((IPEndPoint)closed.LocalEndPoint!).Port;
        await using var fixture = DeliveryFixture.Start(relay: relay => relay with
        {
            Servers = [new RelayServer("127.0.0.1", away), new RelayServer("does-not-exist.invalid", 25), .. relay.Servers],
        });
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task The_first_server_is_used_while_it_is_there()
    {
        await using var second = new ScriptedSmtpServer();
        await using var fixture = DeliveryFixture.Start(relay: relay => relay with
        {
            Servers = [.. relay.Servers, new RelayServer("127.0.0.1", second.EndPoint.Port)],
        });
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Empty(second.Sessions);
    }

    [Fact]
    public async Task Each_server_is_asked_for_by_its_own_name()
    {
        using var certificate = TestCertificates.CreateSelfSigned();
        await using var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = certificate },
            RelayTls.Required,
            configure: options => options with { TrustedRoots = [certificate] },
            relay: relay => relay with
            {
                Servers = [new RelayServer("does-not-exist.invalid", 25), new RelayServer("localhost", relay.Servers[0].Port)],
            });
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal("localhost", fixture.Peer.Sessions[0].RequestedName);
    }

    [Fact]
    public async Task The_servers_of_a_domain_are_found_by_mx_and_private_addresses_are_not_among_them()
    {
        await using var dns = new ScriptedDnsServer();
        dns.Mx("partner.test", 20, "second.test").Mx("partner.test", 10, "first.test").Address("first.test", "127.0.0.99").Address("second.test", "127.0.0.1");
        foreach (var allowsPrivate in (bool[])[true, false])
        {
            await using var fixture = DeliveryFixture.Start(
                configure: options => options with { Mx = new MxOptions { NameServers = [dns.EndPoint], AllowPrivateTargets = allowsPrivate } },
                relay: relay => relay with { Servers = [new RelayServer("partner.test", relay.Servers[0].Port) { IsMxDomain = true }] });
            await fixture.DeliverAsync(fixture.Delivery());
            Assert.Equal(allowsPrivate ? 1 : 0, fixture.Peer.Messages.Count);
        }
    }

    [Fact]
    public async Task Connections_outlive_a_reload_that_changes_nothing()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { DefaultLimits = new() { MaxConnections = 1 } });
        await fixture.DeliverAsync(fixture.Delivery());
        fixture.Update();
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(fixture.Peer.Sessions);
    }

    [Fact]
    public void Weights_draw_the_first_by_their_share_and_the_rest_follows_in_its_place()
    {
        ImmutableArray<RelayServer> servers =
            [new("spare-1", 25), new("heavy", 25) { Weight = 3 }, new("light", 25) { Weight = 1 }, new("spare-2", 25)];
        var random = new Random(1);
        var orders = Enumerable.Range(0, 4000).Select(_ => RelayHosts.Order(servers, random)).ToList();
        Assert.All(orders, order => Assert.Equal(["spare-1", "spare-2"], order.Skip(2).Select(server => server.Name)));
        Assert.InRange(orders.Count(order => order[0].Name == "heavy"), 2850, 3150);
        Assert.All(orders, order => Assert.Equal(4, order.Distinct().Count()));
    }

    [Fact]
    public void Without_weights_the_order_stays()
    {
        ImmutableArray<RelayServer> servers = [new("a", 25), new("b", 25), new("c", 25)];
        Assert.Equal(servers, RelayHosts.Order(servers, new Random(1)));
    }
}
