using MailManager.Smtp.Server;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>The least rate of a message transfer.</summary>
public class DataRateTests
{
    [Theory]
    [InlineData("DATA\r\nx\r\n", Wire.Memory)]
    [InlineData("DATA\r\nx\r\n", Wire.OctetByOctet)]
    [InlineData("BDAT 1\r\nxBDAT 90000 LAST\r\ny", Wire.Memory)]
    [InlineData("BDAT 1\r\nxBDAT 90000 LAST\r\ny", Wire.OctetByOctet)]
    public async Task Data_that_trickles_ends_the_session(string octets, Wire wire)
    {
        var time = new FakeTimeProvider();
        var watch = new PipeWatch();
        var limits = new SessionLimits { MinDataRate = 100 };
        await using var server = await ServerFixture.StartAsync(configure: options => options with { Limits = limits }, time: time, wire: wire);
        await using var client = server.Connect(watch);
        await client.ReadReplyAsync();
        await client.CommandAsync("EHLO client.example");
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        await client.SendAsync(octets);
        Assert.Matches("^(354|250)", await client.ReadReplyAsync());
        await watch.WaitAsync();

        // Far less than a session may idle. The first minute is free.
        time.Advance(TimeSpan.FromSeconds(62));

        Assert.Equal("421 4.4.2 Message arrives too slowly", await client.ReadReplyAsync());
        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("data", StringComparison.Ordinal));
    }
}
