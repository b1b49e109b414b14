using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class ContentTests
{
    private const string Prefix = "Received: by mx.test\r\n";

    [Theory]
    [InlineData("Subject: x\r\n\r\nbody\r\n", Prefix + "Subject: x\r\n\r\nbody\r\n")]
    [InlineData("\r\nbody only\r\n", Prefix + "\r\nbody only\r\n")]
    [InlineData("no header at all\r\n", Prefix + "\r\nno header at all\r\n")]
    [InlineData(".\r\n", Prefix + "\r\n.\r\n")]
    [InlineData(".dot\r\n", Prefix + "\r\n.dot\r\n")]
    [InlineData("From someone Thu Jan 1\r\nSubject: x\r\n", Prefix + "\r\nFrom someone Thu Jan 1\r\nSubject: x\r\n")]
    [InlineData(" folded start\r\n", Prefix + "\r\n folded start\r\n")]
    [InlineData("Subject: last header lacks its end", Prefix + "Subject: last header lacks its end\r\n")]
    [InlineData("", Prefix)]
    public async Task Our_header_lines_stay_header_lines(string content, string expected)
    {
        await using var fixture = DeliveryFixture.Start();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(content, prefix: Prefix))).Remaining);
        Assert.Equal(expected, Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data));
    }

    [Fact]
    public async Task Without_a_prefix_octets_are_unchanged()
    {
        await using var fixture = DeliveryFixture.Start();
        foreach (var content in (string[])["", ".\r\n..\r\n", "\r\n\r\n.\r\n\r\n", "é\r\n", new string('x', 998) + "\r\n", new string('y', 5000) + "\r\n"])
        {
            await fixture.DeliverAsync(fixture.Delivery(content));
            Assert.Equal(content, Encoding.Latin1.GetString(fixture.Peer.Messages[^1].Data));
        }
    }

    [Theory]
    [InlineData("a\n.\nMAIL FROM:<evil@x>\r\n")]
    [InlineData("a\r.\rb\r\n")]
    [InlineData("a\r\n\0.\r\n")]
    [InlineData("a\r")]
    public async Task What_could_smuggle_is_not_sent_and_fails(string content)
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(content));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(["user@example.com"], Notifications.FailedRecipients(settlement));
        await fixture.Peer.Sessions[0].Ended.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Empty(fixture.Peer.Messages);
        Assert.DoesNotContain("evil", Encoding.Latin1.GetString(fixture.Peer.Sessions[0].Received));
    }

    [Theory]
    [InlineData("user@example.com>\r\nRCPT TO:<victim@example.com")]
    [InlineData("\"a>b\"@example.com")]
    public async Task An_address_that_could_inject_a_command_fails(string recipient)
    {
        await using var fixture = DeliveryFixture.Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: [recipient]));
        Assert.Empty(settlement.Remaining);
        Assert.NotNull(settlement.Notification);
        Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));

        await fixture.DeliverAsync(fixture.Delivery(recipients: [recipient, "good@example.com"]));
        Assert.Equal(["good@example.com"], Assert.Single(fixture.Peer.Messages).Recipients);
    }

    [Fact]
    public async Task A_large_message_comes_from_its_file()
    {
        await using var fixture = DeliveryFixture.Start();
        var text = "Subject: large\r\n\r\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $".{i}\r\n"));
        var file = new MemoryBodyFile(Encoding.ASCII.GetBytes(text));
        await fixture.DeliverAsync(fixture.Delivery(prefix: Prefix, bytes: file.ToContent()));
        Assert.Equal(Prefix + text, Encoding.ASCII.GetString(fixture.Peer.Messages[0].Data));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_defers_and_sends_no_final_dot()
    {
        await using var fixture = DeliveryFixture.Start();
        var file = new MemoryBodyFile(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("Subject: x\r\n", 50_000)))) { FailsAt = 300_000 };
        var settlement = await fixture.DeliverAsync(fixture.Delivery(bytes: file.ToContent()));
        Assert.Single(settlement.Remaining);
        await fixture.Peer.Sessions[0].Ended.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Empty(fixture.Peer.Messages);
    }

    [Fact]
    public async Task Content_that_is_no_longer_in_memory_comes_from_the_spool()
    {
        await using var fixture = DeliveryFixture.Start();
        var delivery = fixture.Delivery();
        var content = delivery.Content!;
        delivery.Content = null;
        Assert.Single((await fixture.DeliverAsync(delivery)).Remaining);

        fixture.Queue.Spool = _ => content.AddReference();
        Assert.Empty((await fixture.DeliverAsync(delivery)).Remaining);
        content.Release();
        Assert.Throws<ObjectDisposedException>(content.AddReference);
    }

    [Fact]
    public async Task Size_and_body_are_declared_where_they_are_offered()
    {
        await using var fixture = DeliveryFixture.Start();
        await fixture.DeliverAsync(fixture.Delivery("Subject: x\r\n", prefix: Prefix));
        Assert.Contains($"MAIL FROM:<sender@sender.test> SIZE={Prefix.Length + 12}", fixture.Peer.Sessions[0].Commands);

        fixture.Peer.Script.Extensions.Clear();
        fixture.Peer.Script.Extensions.Add("SIZE 5");
        fixture.Update(host: "localhost");
        Assert.Contains("5.3.4", Notifications.Text(await fixture.DeliverAsync(fixture.Delivery())));
    }
}
