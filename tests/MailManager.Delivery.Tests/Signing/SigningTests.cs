using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Identities;
using MimeKit;
using MimeKit.Cryptography;

namespace MailManager.Delivery.Tests.Signing;

public sealed class SigningTests
{
    private const string Message =
        "From: Ann <ann@Example.com>\r\nTo: bob@example.com\r\nSubject:  a\r\n\tfolded   subject \r\nList-Unsubscribe: <https://example.com/u>\r\n\r\nHello,  Bob. \r\n\r\n.dot\r\n\r\n\r\n";

    [Theory]
    [InlineData(Message)]
    [InlineData("From: ann@example.com\r\n\r\n")]
    [InlineData("From: ann@example.com\r\n")]
    [InlineData("From: ann@example.com\r\nTo: a\r\nTo: b\r\nTo:\r\n\r\n  \r\n \tx y\t z \r\nno end")]
    [InlineData("FROM : ann@example.com\r\nsubject:\r\n =?utf-8?q?=C3=A9?=\r\n\r\n\xe9\r\n")]
    public async Task What_is_sent_is_what_was_signed(string content)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Update(identities: TestKeys.Identities(TestKeys.RsaKey, TestKeys.Ed25519Key));
        await fixture.DeliverAsync(fixture.Delivery(content, prefix: "X-Added: yes\r\nReceived: by mx.test\r\n", maySign: true));

        var sent = fixture.Peer.Messages[0].Data;
        Assert.Equal(["r1", "e1"], Verify(sent));
        Assert.EndsWith("X-Added: yes\r\nReceived: by mx.test\r\n" + content + (content.EndsWith("\r\n", StringComparison.Ordinal) ? "" : "\r\n"), Encoding.Latin1.GetString(sent), StringComparison.Ordinal);
        Assert.All(Encoding.Latin1.GetString(sent).Split("\r\n\r\n")[0].TrimEnd().Split("\r\n"), line => Assert.InRange(line.Length, 1, 78));
    }

    [Fact]
    public async Task Fields_that_are_removed_or_added_are_signed_as_they_are_sent()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Update(identities: TestKeys.Identities(TestKeys.Ed25519Key));
        await fixture.DeliverAsync(fixture.Delivery(
            Message, prefix: "Reply-To: office@example.com\r\n", removedHeaders: ["Subject"], maySign: true));

        var sent = Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data);
        Assert.DoesNotContain("Subject: ", sent, StringComparison.Ordinal);
        Assert.Equal(["e1"], Verify(fixture.Peer.Messages[0].Data));
        Assert.Empty(Verify(Encoding.Latin1.GetBytes(sent.Replace("office@", "evil@", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("Hello,", "Hullo,")]
    [InlineData("From: Ann", "From: Eve")]
    [InlineData("To: bob", "From: eve@example.com\r\nTo: bob")]
    [InlineData("To: bob", "Subject: second\r\nTo: bob")]
    [InlineData("To: bob", "Cc: eve@example.com\r\nTo: bob")]
    [InlineData("To: bob", "Content-Type: text/html\r\nTo: bob")]
    [InlineData(".dot\r\n", ".dot\r\nmore\r\n")]
    [InlineData("https://", "http://")]
    public async Task A_change_or_an_added_field_breaks_the_signature(string before, string after)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Update(identities: TestKeys.Identities(TestKeys.Ed25519Key));
        await fixture.DeliverAsync(fixture.Delivery(Message, maySign: true));

        var sent = Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data);
        Assert.Equal(["e1"], Verify(fixture.Peer.Messages[0].Data));
        var changed = sent.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(sent, changed);
        Assert.Empty(Verify(Encoding.Latin1.GetBytes(changed)));
    }

    [Theory]
    [InlineData(Message, false)]
    [InlineData("From: ann@sender.test\r\n\r\n", true)]
    [InlineData("From: ann@sub.example.com\r\n\r\n", true)]
    [InlineData("From: ann@example.com, bob@example.com\r\n\r\n", true)]
    [InlineData("From: ann@example.com\r\nFrom: ann@example.com\r\n\r\n", true)]
    [InlineData("From: \"ann@example.com\" <eve@evil.test>\r\n\r\n", true)]
    [InlineData("From: group:ann@example.com;\r\n\r\n", true)]
    [InlineData("Sender: ann@example.com\r\n\r\n", true)]
    [InlineData("From: ann@example.com", false)]
    [InlineData("no header\r\n", true)]
    public async Task Others_go_without_a_signature(string content, bool maySign)
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Update(identities: TestKeys.Identities(TestKeys.RsaKey));
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(content, maySign: maySign))).Remaining);

        Assert.DoesNotContain("DKIM-Signature", Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_message_is_signed_from_its_file_and_one_that_cannot_be_read_is_deferred()
    {
        await using var fixture = DeliveryFixture.Start();
        fixture.Update(identities: TestKeys.Identities(TestKeys.RsaKey));
        var text = Encoding.ASCII.GetBytes("From: ann@example.com\r\n\r\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $".{i} \t {i % 7}\r\n")));
        await fixture.DeliverAsync(fixture.Delivery(bytes: new MemoryBodyFile(text).ToContent(), maySign: true));
        Assert.Equal(["r1"], Verify(fixture.Peer.Messages[0].Data));

        var settlement = await fixture.DeliverAsync(fixture.Delivery(bytes: new MemoryBodyFile(text) { FailsAt = 500_000 }.ToContent(), maySign: true));
        Assert.Equal("message cannot be read from the spool", settlement.Failure);
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task A_notification_is_signed_by_the_key_of_the_host_name()
    {
        await using var fixture = DeliveryFixture.Start(configure: options => options with { Hostname = "example.com", DsnRelay = "relay" });
        fixture.Update(identities: TestKeys.Identities(TestKeys.Ed25519Key));
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no");
        var (queued, content) = (await fixture.DeliverAsync(fixture.Delivery())).Notification!.Value;
        var instructions = Assert.Single(queued.Deliveries);
        Assert.True(instructions.MaySign);

        fixture.Peer.Script.On("RCPT", "250 ok");
        await fixture.DeliverAsync(fixture.Delivery(
            reversePath: "", recipients: ["sender@sender.test"], bytes: content, maySign: instructions.MaySign));
        Assert.Equal(["e1"], Verify(fixture.Peer.Messages[0].Data));
    }

    /// <summary>Selectors of the signatures that hold, as an independent implementation says.</summary>
    private static string[] Verify(byte[] sent)
    {
        var message = MimeMessage.Load(new MemoryStream(sent));
        var verifier = new DkimVerifier(new TestKeys());
        verifier.Enable(DkimSignatureAlgorithm.Ed25519Sha256);
        return
        [
            .. message.Headers.Where(header => header.Id == HeaderId.DkimSignature && verifier.Verify(message, header))
                .Select(header => header.Value.Split("s=")[1].Split(';')[0]),
        ];
    }
}
