using System.Text;
using MailManager.Delivery.Tests.Harness;

namespace MailManager.Delivery.Tests;

public sealed class RelayDeliveryTests
{
    [Fact]
    public async Task A_message_arrives_with_its_prefix_and_is_done()
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(prefix: "X-Added: 1\r\n"));

        Assert.Empty(settlement.Remaining);
        Assert.Null(settlement.Notification);
        var message = Assert.Single(fixture.Peer.Messages);
        Assert.Equal("X-Added: 1\r\n" + DeliveryFixture.Hello, Encoding.Latin1.GetString(message.Data));
        Assert.Equal("sender@sender.test", message.ReversePath);
        Assert.Equal(["user@example.com"], message.Recipients);
    }

    [Fact]
    public async Task Messages_one_after_the_other_share_a_connection_without_rset()
    {
        await using var fixture = DeliveryFixture.Start();
        for (var i = 0; i < 5; i++)
        {
            await fixture.DeliverAsync(fixture.Delivery());
        }

        var session = Assert.Single(fixture.Peer.Sessions);
        Assert.Equal(5, fixture.Peer.Messages.Count);
        Assert.DoesNotContain("RSET", session.Commands);
    }

    [Fact]
    public async Task Many_messages_at_once_use_no_more_connections_than_allowed()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { DefaultLimits = new() { MaxConnections = 3 } });
        for (var i = 0; i < 200; i++)
        {
            fixture.Service.Dispatch(fixture.Delivery());
        }

        for (var i = 0; i < 200; i++)
        {
            Assert.Empty((await fixture.Queue.NextAsync()).Settlement.Remaining);
        }

        Assert.InRange(fixture.Peer.Sessions.Count, 1, 3);
        Assert.Equal(200, fixture.Peer.Messages.Count);
    }
}
