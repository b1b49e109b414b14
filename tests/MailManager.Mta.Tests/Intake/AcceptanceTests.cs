using System.Text;
using MailManager.Mta.Tests.Hosting;
using MimeKit;

namespace MailManager.Mta.Tests.Intake;

/// <summary>What goes through the gateway, and what stays out.</summary>
public class AcceptanceTests
{
    private const string Message = "Subject: x\r\nFrom: a@b.example\r\n\r\n..leading dot\r\nbody\r\n.\r\n";

    [Fact]
    public async Task An_accepted_message_is_relayed_with_its_trace_field_and_otherwise_unchanged()
    {
        await using var gateway = await Gateway.StartAsync("""
                  - Actions:
                      - AddHeader: { HeaderName: X-Gateway, HeaderValue: MailManager }
                      - Relay: { Relay: inside, MailFrom: PRESERVE }
            """);

        var reply = await gateway.SendAsync(Message, "a@b.example", "c@example.com");

        var received = (await gateway.Inside.WaitForMessagesAsync(1)).Single();
        var id = reply[^26..];
        Assert.Equal($"250 2.0.0 Ok: queued as {id}", reply);
        Assert.Equal("a@b.example", received.ReversePath);
        Assert.Equal(["c@example.com"], received.Recipients);
        var text = Encoding.Latin1.GetString(received.Data);
        Assert.Matches(
            $"^X-Gateway: MailManager\r\nReceived: from client\\.example \\(\\[127\\.0\\.0\\.1\\]\\)\r\n\tby mx\\.example\\.com \\(MailManager\\) with ESMTP id {id}\r\n\tfor <c@example\\.com>;\r\n\t[A-Z][a-z]{{2}}, [0-9]{{2}} [A-Z][a-z]{{2}} [0-9]{{4}} [0-9:]{{8}} \\+0000\r\nSubject: x\r\n",
            text);
        Assert.EndsWith("Subject: x\r\nFrom: a@b.example\r\n\r\n.leading dot\r\nbody\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no header at all\r\n")]
    [InlineData(" starts with a space\r\nX: y\r\n\r\nbody\r\n")]
    [InlineData("From someone Tue Nov 24 2026\r\nX: y\r\n\r\nbody\r\n")]
    [InlineData("\r\nbody only\r\n")]
    [InlineData("")]
    public async Task A_message_without_a_header_keeps_its_octets_behind_ours(string body)
    {
        await using var gateway = await Gateway.StartAsync();

        await gateway.SendAsync(body + ".\r\n", "a@b.example", "c@example.com");

        var text = Encoding.Latin1.GetString((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data);
        var headerEnd = text.IndexOf("+0000\r\n", StringComparison.Ordinal) + 7;
        var separator = body.StartsWith("\r\n", StringComparison.Ordinal) || body.Length == 0 ? "" : "\r\n";
        Assert.Equal(separator + body, text[headerEnd..]);
    }

    [Fact]
    public async Task A_denied_recipient_is_refused_and_the_others_are_served()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");

        Assert.Matches(@"^550 5\.7\.1 Not allowed by policy public-mx \(ref [0-9A-Z]+\)$", await client.CommandAsync("RCPT TO:<denied@example.com>"));
        Assert.StartsWith("250", await client.CommandAsync("RCPT TO:<c@example.com>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);
        Assert.Equal(["c@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Theory]
    [InlineData("c@elsewhere.example")]
    [InlineData("c@sub.example.com")]
    [InlineData("other@partial.example")]
    [InlineData("postmaster")]
    [InlineData("c@[127.0.0.1]")]
    [InlineData("@relay.example:c@elsewhere.example")]
    [InlineData("@example.com:c@elsewhere.example")]
    [InlineData("\"c@elsewhere.example\"@elsewhere.example")]
    public async Task A_recipient_of_no_verified_identity_is_refused(string recipient)
    {
        await using var gateway = await Gateway.StartAsync();

        var reply = await gateway.SendAsync(Message, "a@b.example", recipient);

        Assert.StartsWith("550 5.7.1 Recipient is not of a domain served here", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C@EXAMPLE.COM")]
    [InlineData("only@partial.example")]
    [InlineData("@relay.example:c@example.com")]
    public async Task A_recipient_of_a_verified_identity_is_served(string recipient)
    {
        await using var gateway = await Gateway.StartAsync();

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", recipient), StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(1);
    }

    [Fact]
    public async Task A_message_that_no_rule_delivers_is_refused()
    {
        await using var gateway = await Gateway.StartAsync("""
                  - Conditions:
                      - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: EQUALS, Values: [ relay me ] }
                    Actions:
                      - Relay: { Relay: inside }
            """);

        Assert.StartsWith("550 5.7.1 No route for this message", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync("Subject: Relay me\r\n\r\n.\r\n", "a@b.example", "c@example.com"), StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(1);
    }

    private const string OnlyFirst = """
                  - Conditions:
                      - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: EQUALS, Values: [ first@example.com ] }
                    Actions:
                      - Relay: { Relay: inside }
        """;

    [Fact]
    public async Task Recipients_that_no_rule_delivers_to_are_told_to_the_sender_when_others_are_served()
    {
        await using var gateway = await Gateway.StartAsync(OnlyFirst);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "first@example.com", "second@example.com"), StringComparison.Ordinal);

        Assert.Equal(["first@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
        var notification = (await gateway.Bounces.WaitForMessagesAsync(1)).Single();
        Assert.Equal("", notification.ReversePath);
        Assert.Equal(["a@b.example"], notification.Recipients);
        var report = Assert.IsType<MultipartReport>(MimeMessage.Load(new MemoryStream(notification.Data)).Body);
        var groups = report.OfType<MessageDeliveryStatus>().Single().StatusGroups;
        Assert.Equal("rfc822; second@example.com", groups[1]["Final-Recipient"]);
        Assert.Equal("5.7.1", groups[1]["Status"]);
        Assert.Single(groups, group => group["Final-Recipient"] is not null);
    }

    [Fact]
    public async Task A_bounce_is_taken_for_all_of_its_recipients_or_for_none()
    {
        await using var gateway = await Gateway.StartAsync(OnlyFirst);

        Assert.StartsWith("550 5.7.1", await gateway.SendAsync(Message, "", "first@example.com", "second@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "", "first@example.com"), StringComparison.Ordinal);
        Assert.Equal("", (await gateway.Inside.WaitForMessagesAsync(1)).Single().ReversePath);
    }

    [Fact]
    public async Task A_dropped_message_is_accepted_and_goes_nowhere()
    {
        await using var gateway = await Gateway.StartAsync("""
                  - Conditions:
                      - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: STARTS_WITH, Values: [ trap@ ] }
                    Actions:
                      - Drop: {}
                  - Actions:
                      - Relay: { Relay: inside }
            """);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "trap@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "trap@example.com", "c@example.com"), StringComparison.Ordinal);
        Assert.Equal(["c@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
        Assert.Empty(gateway.Bounces.Messages);
    }

    [Fact]
    public async Task A_replaced_recipient_may_be_unverified_and_its_replacement_may_not()
    {
        await using var gateway = await Gateway.StartAsync("""
                  - Conditions:
                      - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: EQUALS, Values: [ alias@old.example ] }
                    Actions:
                      - ReplaceRecipient: { ReplaceWith: [ one@example.com, two@example.com ] }
                  - Actions:
                      - Relay: { Relay: inside }
            """);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "alias@old.example"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1", await gateway.SendAsync(Message, "a@b.example", "other@old.example"), StringComparison.Ordinal);
        Assert.Equal(["one@example.com", "two@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task A_message_over_the_policys_size_is_refused_at_mail_and_at_its_end()
    {
        await using var gateway = await Gateway.StartAsync(maxMessageSize: 1000);
        await using var client = await gateway.GreetAsync();

        Assert.StartsWith("552 5.3.4", await client.CommandAsync("MAIL FROM:<a@b.example> SIZE=1001"), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        Assert.StartsWith("552 5.3.4", await client.DataAsync(string.Concat(Enumerable.Repeat("0123456789\r\n", 100)) + ".\r\n"), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_has_come_around_more_than_fifty_times_is_refused_as_a_loop()
    {
        await using var gateway = await Gateway.StartAsync();

        Assert.StartsWith("250", await gateway.SendAsync(Hops(50), "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.Equal("554 5.4.6 Too many Received fields, this is a mail loop", await gateway.SendAsync(Hops(51), "a@b.example", "c@example.com"));

        static string Hops(int count) => string.Concat(Enumerable.Repeat("Received: from x by y; date\r\n", count)) + "\r\nbody\r\n.\r\n";
    }

    [Fact]
    public async Task A_message_that_comes_back_again_and_again_is_refused_long_before()
    {
        await using var gateway = await Gateway.StartAsync();

        Assert.StartsWith("250", await gateway.SendAsync(Hops(4), "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.Equal("554 5.4.6 The message has been here too often, this is a mail loop", await gateway.SendAsync(Hops(5), "a@b.example", "c@example.com"));

        static string Hops(int count) =>
            string.Concat(Enumerable.Repeat("Received: from mx.example.com.other by y; date\r\nReceived: from x\r\n\tby MX.example.com (MailManager); date\r\n", count))
            + "\r\nbody\r\n.\r\n";
    }

    [Theory]
    [InlineData(2000, 100, "250 2.0.0 Ok")]
    [InlineData(2001, 100, "552 5.3.4 More header fields than allowed here")]
    [InlineData(1, 200, "552 5.3.4 A header field is larger than allowed here")]
    public async Task A_header_has_its_bounds(int fields, int folds, string reply)
    {
        await using var gateway = await Gateway.StartAsync();
        var field = "X-Y: z\r\n" + (folds == 100 ? "" : string.Concat(Enumerable.Repeat(" " + new string('z', 900) + "\r\n", folds)));

        Assert.StartsWith(reply, await gateway.SendAsync(string.Concat(Enumerable.Repeat(field, fields)) + "\r\nbody\r\n.\r\n", "a@b.example", "c@example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_without_end_is_refused()
    {
        await using var gateway = await Gateway.StartAsync();

        var reply = await gateway.SendAsync(string.Concat(Enumerable.Repeat($"X-Long: {new string('y', 900)}\r\n", 1300)) + ".\r\n", "a@b.example", "c@example.com");

        Assert.Equal("552 5.3.4 Header block is larger than allowed here", reply);
    }

    [Fact]
    public async Task A_large_message_arrives_whole()
    {
        await using var gateway = await Gateway.StartAsync();
        var body = "Subject: large\r\n\r\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i} of a large message\r\n"));

        Assert.StartsWith("250", await gateway.SendAsync(body + ".\r\n", "a@b.example", "c@example.com"), StringComparison.Ordinal);

        Assert.EndsWith(body, Encoding.Latin1.GetString((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data), StringComparison.Ordinal);
    }
}
