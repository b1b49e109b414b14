using System.Text;
using CsCheck;
using MailManager.Delivery.Pool;
using MailManager.Delivery.Tests.Harness;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>Header fields that are left out of a delivery: every other octet arrives as it was received.</summary>
public sealed class HeaderRemovalTests
{
    private const string Prefix = "X-New: 1\r\nReceived: by mx.test\r\n";

    [Theory]
    [InlineData("A: 1\r\nX: 2\r\nB: 3\r\n\r\nX: body\r\n", "A: 1\r\nB: 3\r\n\r\nX: body\r\n")]
    [InlineData("X: 1\r\n\r\nbody\r\n", "\r\nbody\r\n")]
    [InlineData("x : 1\r\n\tfolded\r\n  more\r\nA:  2 \r\n  .dot\r\n\r\n.body\r\n", "A:  2 \r\n  .dot\r\n\r\n.body\r\n")]
    [InlineData("A: 1\r\nX: 1\r\nX: 2\r\n", "A: 1\r\n")]
    [InlineData("X: 1\r\nA: last line has no end", "A: last line has no end\r\n")]
    [InlineData("A: 1\r\nX: last line has no end", "A: 1\r\n")]
    [InlineData("X: 1\r\nno header line\r\nX: 2\r\n", "\r\nno header line\r\nX: 2\r\n")]
    [InlineData("A: 1\r\nX: 1\r\nno header line\r\n", "A: 1\r\n\r\nno header line\r\n")]
    [InlineData("no header\r\nX: 1\r\n", "\r\nno header\r\nX: 1\r\n")]
    [InlineData(" X: 1\r\nX: 1\r\n", "\r\n X: 1\r\nX: 1\r\n")]
    [InlineData("\r\nX: body\r\n", "\r\nX: body\r\n")]
    [InlineData("XX: 1\r\nX-Y: 2\r\n\r\n", "XX: 1\r\nX-Y: 2\r\n\r\n")]
    public async Task Fields_of_the_name_are_left_out(string content, string expected)
    {
        await using var fixture = DeliveryFixture.Start();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(content, prefix: Prefix, removedHeaders: ["x"]))).Remaining);
        Assert.Equal(Prefix + expected, Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data));
        if (expected.EndsWith("\r\n", StringComparison.Ordinal) && !content.EndsWith("end", StringComparison.Ordinal))
        {
            Assert.Contains($"MAIL FROM:<sender@sender.test> SIZE={Prefix.Length + expected.Length}", fixture.Peer.Sessions[0].Commands);
        }
    }

    [Fact]
    public async Task Fields_that_rules_added_stay()
    {
        await using var fixture = DeliveryFixture.Start();
        await fixture.DeliverAsync(fixture.Delivery("X-New: old\r\nSubject: x\r\n\r\n", prefix: Prefix, removedHeaders: ["X-NEW", "Subject"]));
        Assert.Equal(Prefix + "\r\n", Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data));
    }

    [Fact]
    public async Task Deliveries_on_one_connection_do_not_share_what_is_left_out()
    {
        await using var fixture = DeliveryFixture.Start();
        foreach (var (removed, expected) in new[] { ("X", "A: 1\r\n"), ("A", "X: 2\r\n"), ("B", "A: 1\r\nX: 2\r\n") })
        {
            await fixture.DeliverAsync(fixture.Delivery("A: 1\r\nX: 2\r\n\r\n", prefix: Prefix, removedHeaders: [removed]));
            Assert.Equal(Prefix + expected + "\r\n", Encoding.Latin1.GetString(fixture.Peer.Messages[^1].Data));
        }
    }

    [Fact]
    public async Task A_large_message_comes_from_its_file_without_them()
    {
        await using var fixture = DeliveryFixture.Start();
        var body = "\r\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $".{i}\r\n"));
        var file = new MemoryBodyFile(Encoding.ASCII.GetBytes("A: 1\r\nX: 2\r\nB: 3\r\n" + body));
        await fixture.DeliverAsync(fixture.Delivery(prefix: Prefix, bytes: file.ToContent(), removedHeaders: ["X"]));
        var expected = Prefix + "A: 1\r\nB: 3\r\n" + body;
        Assert.Equal(expected, Encoding.ASCII.GetString(fixture.Peer.Messages[0].Data));
        Assert.Contains($"MAIL FROM:<sender@sender.test> SIZE={expected.Length}", fixture.Peer.Sessions[0].Commands);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_binary_message_goes_by_chunks_without_them(bool isLarge)
    {
        var peer = new ScriptedSmtpServer();
        peer.Script.Extensions.Add("CHUNKING");
        peer.Script.Extensions.Add("BINARYMIME");
        await using var fixture = DeliveryFixture.Start(peer);
        var body = "\r\n\0\n." + new string('\u00ff', isLarge ? 600_000 : 600) + "end";
        var octets = Encoding.Latin1.GetBytes("A: 1\r\nX: 2\r\nB: 3\r\n" + body);
        await fixture.DeliverAsync(fixture.Delivery(
            prefix: Prefix,
            bytes: isLarge ? new MemoryBodyFile(octets).ToContent() : DeliveryFixture.Content(octets),
            removedHeaders: ["X"],
            body: BodyType.BinaryMime));
        Assert.Equal(Prefix + "A: 1\r\nB: 3\r\n" + body, Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data));
    }

    [Fact]
    public async Task A_field_that_is_left_out_needs_no_UTF8_of_the_server()
    {
        await using var fixture = DeliveryFixture.Start();
        var options = new MailOptions { IsUtf8 = true };
        var content = Encoding.UTF8.GetBytes("X: ü\r\nA: 1\r\n\r\n");
        await fixture.DeliverAsync(fixture.Delivery(bytes: DeliveryFixture.Content(content), prefix: Prefix, options: options));
        Assert.Empty(fixture.Peer.Messages);

        await fixture.DeliverAsync(fixture.Delivery(bytes: DeliveryFixture.Content(content), prefix: Prefix, options: options, removedHeaders: ["X"]));
        Assert.Equal(Prefix + "A: 1\r\n\r\n", Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data));
    }

    [Fact]
    public async Task A_notification_returns_the_header_as_it_was_received()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var settlement = await fixture.DeliverAsync(fixture.Delivery("X: 1\r\nA: 2\r\n\r\n", prefix: Prefix, removedHeaders: ["X"]));
        Assert.Contains("X: 1\r\nA: 2\r\n", Notifications.Text(settlement), StringComparison.Ordinal);
    }

    /// <summary>Against a model that cuts the header into lines.</summary>
    [Fact]
    public void All_other_octets_stay_in_place() => Gen.Select(
        Gen.Select(Gen.Int[0, 3].Select(i => ((string[])["X", "x ", "Y", "Xy"])[i]), Gen.Char["a: \t.é"].Array[0, 10], Gen.Int[0, 2]).Array[0, 8],
        Gen.Int[0, 2].Select(i => ((string[])["", "\r\nX: body\r\n", "no field\r\nX: y\r\n"])[i])).Sample(
        (fields, body) =>
        {
            var lines = fields.Select(field => (
                IsRemoved: field.Item1.Trim().Equals("x", StringComparison.OrdinalIgnoreCase),
                Text: $"{field.Item1}:{new string(field.Item2)}\r\n{string.Concat(Enumerable.Repeat("\tX: folded\r\n", field.Item3))}")).ToArray();
            var message = Encoding.Latin1.GetBytes(string.Concat(lines.Select(line => line.Text)) + body);
            var (prefix, start) = new HeaderRemoval().Apply(["X"], Encoding.ASCII.GetBytes(Prefix), message);
            var sent = Encoding.Latin1.GetString(prefix.Span) + Encoding.Latin1.GetString(message.AsSpan(start));
            return sent == Prefix + string.Concat(lines.Where(line => !line.IsRemoved).Select(line => line.Text)) + body;
        },
        iter: 2_000);
}
