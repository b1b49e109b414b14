using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Messages.Bytes;
using MailManager.Smtp.Grammar;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>What is asked of the next server, and what happens where it does not offer it.</summary>
public sealed class ExtensionTests
{
    private static readonly MailOptions Utf8 = new() { IsUtf8 = true };

    [Fact]
    public async Task Dsn_parameters_go_to_a_server_that_offers_them()
    {
        await using var fixture = Start("DSN");
        await fixture.DeliverAsync(WithDsn(fixture));
        Assert.Equal(
            [
                "MAIL FROM:<sender@sender.test> SIZE=26 RET=HDRS ENVID=QQ+2B1",
                "RCPT TO:<a@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+2By@z.test",
                "RCPT TO:<b@example.com>",
                "RCPT TO:<c@example.com> NOTIFY=NEVER",
            ],
            fixture.Peer.Sessions[0].Commands.Skip(1).Take(4));
    }

    [Fact]
    public async Task Dsn_parameters_do_not_go_to_a_server_that_does_not_offer_them()
    {
        await using var fixture = Start();
        await fixture.DeliverAsync(WithDsn(fixture));
        Assert.DoesNotContain(fixture.Peer.Sessions[0].Commands, command => command.Contains("RET", StringComparison.Ordinal)
            || command.Contains("NOTIFY", StringComparison.Ordinal) || command.Contains("ORCPT", StringComparison.Ordinal) || command.Contains("ENVID", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Utf8_goes_to_a_server_that_offers_it()
    {
        await using var fixture = Start("SMTPUTF8");
        await fixture.DeliverAsync(fixture.Delivery(reversePath: "grüße@sender.test", recipients: ["ü@example.com"], options: Utf8));
        var commands = fixture.Peer.Sessions[0].Commands.Select(command => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(command))).ToArray();
        Assert.Equal("MAIL FROM:<grüße@sender.test> SIZE=26 SMTPUTF8", commands[1]);
        Assert.Equal("RCPT TO:<ü@example.com>", commands[2]);
    }

    [Fact]
    public async Task Utf8_that_nothing_needs_goes_without_to_a_server_that_does_not_offer_it()
    {
        await using var fixture = Start();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery("Subject: a\r\n\r\n\u00fc\r\n", options: Utf8))).Remaining);
        Assert.Equal("MAIL FROM:<sender@sender.test> SIZE=17", fixture.Peer.Sessions[0].Commands[1]);
        Assert.Single(fixture.Peer.Messages);
    }

    [Theory]
    [InlineData("Subject: \u00fc\r\n\r\nx\r\n", "sender@sender.test", "user@example.com")]
    [InlineData("Subject: u\r\n\r\nx\r\n", "ü@sender.test", "user@example.com")]
    [InlineData("Subject: u\r\n\r\nx\r\n", "sender@sender.test", "ü@example.com")]
    public async Task Utf8_that_is_needed_fails_where_it_is_not_offered(string content, string sender, string recipient)
    {
        await using var fixture = Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(content, reversePath: sender, recipients: [recipient], options: Utf8));
        Assert.Empty(settlement.Remaining);
        Assert.Contains("Status: 5.6.7", Notifications.Text(settlement), StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Peer.Sessions[0].Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_recipients_that_need_utf8_fail_for_the_want_of_it()
    {
        await using var fixture = Start();
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: ["a@example.com", "ü@example.com", "c@example.com"], options: Utf8));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(["a@example.com", "c@example.com"], fixture.Peer.Messages[0].Recipients);
        Assert.Contains("Final-Recipient: utf-8; ü@example.com", Encoding.UTF8.GetString(settlement.Notification!.Value.Content.Head.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_utf8_address_without_smtputf8_is_never_sent()
    {
        await using var fixture = Start("SMTPUTF8");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(recipients: ["ü@example.com"]));
        Assert.Contains("Status: 5.1.3", Notifications.Text(settlement), StringComparison.Ordinal);
        Assert.Empty(fixture.Peer.Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Binary_content_goes_in_chunks_octet_for_octet(bool isPipelined)
    {
        await using var fixture = Start("CHUNKING", "BINARYMIME");
        if (!isPipelined)
        {
            fixture.Peer.Script.Extensions.Remove("PIPELINING");
        }

        foreach (var length in (int[])[0, 1, 1000, (256 * 1024) - 13, 256 * 1024, 700_000])
        {
            var octets = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            Assert.Empty((await fixture.DeliverAsync(Binary(fixture, octets, prefix: "X: y\r\n"))).Remaining);
            var separator = length > 0 ? "\r\n"u8.ToArray() : fixture.Peer.Messages[^1].Data.Length == 6 ? [] : "\r\n"u8.ToArray();
            Assert.Equal([.. "X: y\r\n"u8, .. separator, .. octets], fixture.Peer.Messages[^1].Data);
        }

        Assert.Contains(fixture.Peer.Sessions[0].Commands, command => command.EndsWith(" BODY=BINARYMIME", StringComparison.Ordinal));
        Assert.Contains("BDAT 262144", fixture.Peer.Sessions[0].Commands);
        Assert.DoesNotContain("DATA", fixture.Peer.Sessions[0].Commands);
        Assert.DoesNotContain("RSET", fixture.Peer.Sessions[0].Commands);
    }

    [Fact]
    public async Task A_large_binary_message_is_read_from_its_file()
    {
        await using var fixture = Start("CHUNKING", "BINARYMIME");
        var octets = Enumerable.Range(0, 600_000).Select(i => (byte)(i * 11)).ToArray();
        var content = new MessageContent(System.Buffers.ArrayPool<byte>.Shared.Rent(100), 100, octets.Length, new MemoryBodyFile(octets));
        octets.AsSpan(0, 100).CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsMemory(content.Head).Span);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(bytes: content, body: BodyType.BinaryMime))).Remaining);
        Assert.Equal(octets, fixture.Peer.Messages[0].Data);
    }

    [Theory]
    [InlineData("552 5.3.4 too much", false)]
    [InlineData("452 4.3.1 later", true)]
    public async Task A_refused_chunk_ends_the_transaction_and_the_connection_goes_on(string reply, bool remains)
    {
        await using var fixture = Start("CHUNKING", "BINARYMIME");
        fixture.Peer.Script.On("BDAT", reply, occurrence: 1);
        var settlement = await fixture.DeliverAsync(Binary(fixture, new byte[1_000_000]));
        Assert.Equal(remains ? 1 : 0, settlement.Remaining.Length);
        Assert.InRange(fixture.Peer.Sessions[0].Commands.Count(command => command.StartsWith("BDAT", StringComparison.Ordinal)), 1, 2);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Single(fixture.Peer.Sessions);
        Assert.Contains("RSET", fixture.Peer.Sessions[0].Commands);
    }

    [Fact]
    public async Task No_chunk_is_sent_when_all_recipients_are_refused()
    {
        await using var fixture = Start("CHUNKING", "BINARYMIME");
        fixture.Peer.Script.On("RCPT", "550 5.1.1 no", occurrence: 1);
        await fixture.DeliverAsync(Binary(fixture, [0, 1, 2]));
        Assert.DoesNotContain(fixture.Peer.Sessions[0].Commands, command => command.StartsWith("BDAT", StringComparison.Ordinal));
        Assert.Empty((await fixture.DeliverAsync(Binary(fixture, [0, 1, 2]))).Remaining);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\nclean\r\n", true)]
    [InlineData("Subject: x\r\n\r\nno end of line", true)]
    [InlineData("Subject: x\r\n\r\nbare\nline feed\r\n", false)]
    [InlineData("Subject: x\r\n\r\nbare\rcarriage return\r\n", false)]
    [InlineData("Subject: x\r\n\r\nends in carriage return\r", false)]
    [InlineData("Subject: x\r\n\r\nnul\0\r\n", false)]
    public async Task Binary_content_goes_by_data_only_when_it_is_clean(string content, bool isClean)
    {
        await using var fixture = Start("BINARYMIME");
        var settlement = await fixture.DeliverAsync(fixture.Delivery(content, body: BodyType.BinaryMime));
        Assert.Empty(settlement.Remaining);
        Assert.Equal(isClean ? 1 : 0, fixture.Peer.Messages.Count);
        if (isClean)
        {
            Assert.EndsWith("BODY=8BITMIME", fixture.Peer.Sessions[0].Commands[1], StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("Status: 5.6.1", Notifications.Text(settlement), StringComparison.Ordinal);
            Assert.DoesNotContain(fixture.Peer.Sessions[0].Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task No_more_recipients_and_transactions_are_asked_of_a_server_than_it_takes()
    {
        await using var fixture = Start("LIMITS RCPTMAX=2 MAILMAX=2");
        var recipients = Enumerable.Range(0, 5).Select(i => $"u{i}@example.com").ToArray();
        RecipientOptions[] options = [.. recipients.Select(recipient => new RecipientOptions(DsnNotify.Failure, "rfc822;" + recipient))];
        fixture.Peer.Script.Extensions.Add("DSN");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery(recipients: recipients, recipientOptions: options))).Remaining);
        Assert.Equal([2, 2, 1], fixture.Peer.Messages.Select(message => message.Recipients.Count));
        Assert.Equal([1, 1, 2], fixture.Peer.Messages.Select(message => message.Session));
        Assert.Equal("QUIT", fixture.Peer.Sessions[0].Commands[^1]);
        Assert.All(
            fixture.Peer.Sessions.SelectMany(session => session.Commands).Where(command => command.StartsWith("RCPT", StringComparison.Ordinal)),
            command => Assert.Matches(@"^RCPT TO:<(u.@example\.com)> NOTIFY=FAILURE ORCPT=rfc822;\1$", command));
    }

    private static DeliveryFixture Start(params string[] extensions)
    {
        var fixture = DeliveryFixture.Start();
        foreach (var extension in extensions)
        {
            fixture.Peer.Script.Extensions.Add(extension);
        }

        return fixture;
    }

    private static Queue.QueuedDelivery WithDsn(DeliveryFixture fixture) => fixture.Delivery(
        recipients: ["a@example.com", "b@example.com", "c@example.com"],
        options: new MailOptions { Return = DsnReturn.Headers, EnvelopeId = "QQ+2B1" },
        recipientOptions:
        [
            new RecipientOptions(DsnNotify.Success | DsnNotify.Delay, "rfc822;x+2By@z.test"),
            null,
            new RecipientOptions(DsnNotify.Never, string.Empty),
        ]);

    private static Queue.QueuedDelivery Binary(DeliveryFixture fixture, byte[] octets, string prefix = "") =>
        fixture.Delivery(bytes: DeliveryFixture.Content(octets), body: BodyType.BinaryMime, prefix: prefix);

    private sealed class MemoryBodyFile(byte[] octets) : IBodyFile
    {
        public string Name => "memory";

        public void Append(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

        public int Read(Span<byte> destination, long offset)
        {
            var rest = octets.AsSpan((int)offset);
            rest = rest[..Math.Min(rest.Length, destination.Length)];
            rest.CopyTo(destination);
            return rest.Length;
        }

        public void Close()
        {
        }

        public void Delete()
        {
        }
    }
}
