using CsCheck;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Shaping;

/// <summary>The limit of all connections together, as servers see it. Time stands still, so that nothing ends but to give way.</summary>
public sealed class ConnectionBudgetTests : IAsyncLifetime
{
    private readonly ScriptedSmtpServer[] _peers = [new(), new(), new()];
    private DeliveryFixture? _fixture;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_fixture is not null)
        {
            await _fixture.DisposeAsync();
        }

        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_idle_connection_gives_way_to_a_destination_that_has_none()
    {
        Start(1);
        for (var i = 0; i < 6; i++)
        {
            _fixture!.Service.Dispatch(Delivery(i % 3));
            await SettledAsync(1);
        }

        Assert.All(_peers, peer => Assert.Equal(2, peer.Messages.Count));
        Assert.All(_peers, peer => Assert.Equal(2, peer.Sessions.Count));
    }

    [Fact]
    public async Task A_destination_without_a_connection_comes_before_one_that_wants_another()
    {
        Start(2);
        var hold = new TaskCompletionSource();
        _peers[0].Script.On("MAIL", new PeerAction.After(hold.Task, "250 2.1.0 Ok"), occurrence: 1);
        _peers[0].Script.On("MAIL", new PeerAction.After(hold.Task, "250 2.1.0 Ok"), occurrence: 2);
        for (var i = 0; i < 10; i++)
        {
            _fixture!.Service.Dispatch(Delivery(0));
        }

        await _peers[0].Script.WaitForAsync("MAIL", 2);
        var stall = new TaskCompletionSource();
        _peers[1].Script.On("MAIL", new PeerAction.After(stall.Task, "250 2.1.0 Ok"));
        _fixture!.Service.Dispatch(Delivery(1));
        hold.SetResult();

        // One of the two gives its place away, the other does the rest.
        await _peers[1].Script.WaitForAsync("MAIL");
        await SettledAsync(10);
        Assert.Equal(2, _peers[0].Sessions.Count);
        stall.SetResult();
        await SettledAsync(1);
    }

    [Fact]
    public async Task Nobody_starves_however_much_the_others_have()
    {
        Start(1);
        var feeding = 0;
        for (var i = 0; i < 200; i++)
        {
            _fixture!.Service.Dispatch(Delivery(0));
        }

        await SettledAsync(1);
        _fixture!.Service.Dispatch(Delivery(1));
        while ((await _fixture!.Queue.NextAsync()).Delivery.Instructions.Destination != "relay:r1")
        {
            // For each that has gone, another comes.
            Assert.True(++feeding < 1000, "the other destination had no turn");
            _fixture!.Service.Dispatch(Delivery(0));
        }

        await SettledAsync(199);
    }

    [Fact]
    public async Task All_of_it_goes_and_never_over_more_connections() => await Gen.Select(Gen.Int[1, 4], Gen.Int[0, 2].Array[1, 60]).SampleAsync(
        async (limit, messages) =>
        {
            var peers = new ScriptedSmtpServer[] { new(), new(), new() };
            await using (var fixture = DeliveryFixture.Start(time: new FakeTimeProvider(), configure: options => Limited(options, limit)))
            {
                Route(fixture, peers);
                foreach (var message in messages)
                {
                    fixture.Service.Dispatch(fixture.Delivery(destination: $"relay:r{message}"));
                }

                for (var i = 0; i < messages.Length; i++)
                {
                    Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
                }

                Assert.True(peers.Sum(peer => peer.Sessions.Count(session => !session.Ended.IsCompleted)) <= limit);
            }

            foreach (var peer in peers)
            {
                await peer.DisposeAsync();
            }
        },
        iter: 40);

    private static DeliveryOptions Limited(DeliveryOptions options, int limit) =>
        DeliveryFixture.WithPatienceForQuit(DeliveryFixture.WithManyConnections(options)) with { MaxConnections = limit };

    private static void Route(DeliveryFixture fixture, ScriptedSmtpServer[] peers) => fixture.Service.Update(
        [
            .. peers.Select((peer, i) => new Relay
            {
                RelayName = $"r{i}",
                Servers = [new RelayServer("127.0.0.1", peer.EndPoint.Port)],
                Authentication = new RelayAuthentication.None(),
                Tls = RelayTls.Opportunistic,
            }),
        ],
        [],
        new IdentitySet(["example.com"]));

    private void Start(int limit)
    {
        _fixture = DeliveryFixture.Start(time: new FakeTimeProvider(), configure: options => Limited(options, limit));
        Route(_fixture, _peers);
    }

    private Queue.QueuedDelivery Delivery(int peer) => _fixture!.Delivery(destination: $"relay:r{peer}");

    private async Task SettledAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Empty((await _fixture!.Queue.NextAsync()).Settlement.Remaining);
        }
    }
}
