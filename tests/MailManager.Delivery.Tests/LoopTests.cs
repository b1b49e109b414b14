using System.Net;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;

namespace MailManager.Delivery.Tests;

public sealed class LoopTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task A_relay_that_leads_to_our_own_listener_is_not_connected_to(string listener)
    {
        var own = new List<IPEndPoint>();
        await using var fixture = DeliveryFixture.Start(configure: options => options with { Listeners = () => own });
        own.Add(new IPEndPoint(IPAddress.Parse(listener), fixture.Peer.EndPoint.Port));
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Empty(settlement.Remaining);
        var group = Notifications.Status(settlement).StatusGroups[1];
        Assert.Equal(("5.4.6", "x-mailmanager; relay points back at this server"), (group["Status"], group["Diagnostic-Code"]));
        Assert.Empty(fixture.Peer.Sessions);
    }

    [Theory]
    [InlineData("127.0.0.1:25", "127.0.0.1:25", true)]
    [InlineData("127.0.0.1:25", "127.0.0.1:26", false)]
    [InlineData("127.0.0.2:25", "127.0.0.1:25", false)]
    [InlineData("127.0.0.2:25", "0.0.0.0:25", true)]
    [InlineData("[::1]:25", "[::]:25", true)]
    [InlineData("[::ffff:127.0.0.1]:25", "127.0.0.1:25", true)]
    [InlineData("0.0.0.0:25", "127.0.0.1:25", true)]
    [InlineData("192.0.2.1:25", "0.0.0.0:25", false)]
    [InlineData("192.0.2.1:25", "[::]:25", false)]
    [InlineData("192.0.2.1:25", "192.0.2.1:25", true)]
    public void A_listener_hears_what_is_sent_to_its_address(string target, string listener, bool hears) =>
        Assert.Equal(hears, OwnListeners.Hear(IPEndPoint.Parse(target), [IPEndPoint.Parse(listener)]));
}
