using MailManager.Mta.Tests.Hosting;
using MailManager.Resources.RuleSets;
using static MailManager.Mta.Tests.Intake.Actions;

namespace MailManager.Mta.Tests.Intake;

/// <summary>The actions Reject and Bounce: what the client hears, and what the sender gets.</summary>
public class RejectTests
{
    private const string Message = "Subject: x\r\nFrom: a@b.example\r\n\r\nBODY\r\n.\r\n";

    [Fact]
    public async Task A_message_that_is_rejected_for_all_recipients_is_refused_in_the_session()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(ruleSet: [For("second", Reject("451", "4.7.1", "Later")), Always(Reject())], loggers: events);

        Assert.Matches(@"^550 5\.7\.9 Not today \(ref [0-9A-Z]+\)$", await gateway.SendAsync(Message, "a@b.example", "first@example.com"));
        Assert.Matches(@"^451 4\.7\.1 Later \(ref [0-9A-Z]+\)$", await gateway.SendAsync(Message, "a@b.example", "first@example.com", "second@example.com"));

        Assert.Empty(gateway.Bounces.Messages);
        Assert.Contains("rule always of rule set gateway rejects it with 550 5.7.9", events.Texts(2016)[0], StringComparison.Ordinal);
        Assert.Contains("rule second of rule set gateway rejects it with 451 4.7.1", events.Texts(2016)[1], StringComparison.Ordinal);
        Assert.Empty(events.Texts(2001));
    }

    [Fact]
    public async Task An_LMTP_client_hears_it_for_each_recipient()
    {
        await using var gateway = await Gateway.StartAsync(
            actions: [Reject()],
            edit: text => text.Replace("""Listeners: ["127.0.0.1:0"]""", """Listeners: [{ Address: "127.0.0.1:0", Protocol: LMTP }]""", StringComparison.Ordinal));
        await using var client = await TestKit.Peers.RawSmtpClient.ConnectAsync(gateway.EndPoint);
        await client.ReadReplyAsync();
        await client.CommandAsync("LHLO client.example");
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        await client.CommandAsync("RCPT TO:<d@example.com>");

        Assert.StartsWith("550 5.7.9 Not today", await client.DataAsync(Message), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.9 Not today", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_that_are_rejected_among_others_are_told_to_the_sender_each_with_its_status()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(
            ruleSet: [For("first", Relay), For("second", Reject()), For("third", Reject("451", "4.7.1", "Later"))], loggers: events);

        Assert.StartsWith(
            "250", await gateway.SendAsync(Message, "a@b.example", "first@example.com", "second@example.com", "third@example.com", "fourth@example.com"), StringComparison.Ordinal);

        Assert.Equal(["first@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
        var notification = (await gateway.Bounces.WaitForMessagesAsync(1)).Single();
        Assert.Equal(
            [
                "second@example.com 5.7.9 smtp; 550 5.7.9 Not today",
                "third@example.com 4.7.1 smtp; 451 4.7.1 Later",
                "fourth@example.com 5.7.1 x-mailmanager; No rule of this server delivers mail for this recipient",
            ],
            Describe(notification));
        Assert.Contains("MAILER-DAEMON@mx.example.com", Read(notification).Message.From.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("the server", Read(notification).Message.TextBody, StringComparison.Ordinal);
        Assert.Equal(2, events.Texts(2005).Length);
        Assert.Contains("rule third rejects recipients=third@example.com with 451 4.7.1", events.Texts(2005)[1], StringComparison.Ordinal);
        Assert.Contains("nothing is done for recipient <fourth@example.com>, last failure of an action: None", Assert.Single(events.Texts(2006)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_is_never_answered_by_one()
    {
        await using var gateway = await Gateway.StartAsync(ruleSet: [For("first", Relay), For("second", Reject())]);

        Assert.StartsWith("550 5.7.9 Not today", await gateway.SendAsync(Message, "", "first@example.com", "second@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "", "first@example.com"), StringComparison.Ordinal);
        Assert.Single((await gateway.Inside.WaitForMessagesAsync(1)));
        Assert.Empty(gateway.Bounces.Messages);
    }

    [Fact]
    public async Task A_rejection_after_a_drop_is_told_and_does_not_refuse_what_was_dropped()
    {
        await using var gateway = await Gateway.StartAsync(ruleSet: [For("first", Drop), Always(Reject())]);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "first@example.com", "second@example.com"), StringComparison.Ordinal);
        Assert.Equal(["second@example.com 5.7.9 smtp; 550 5.7.9 Not today"], Describe((await gateway.Bounces.WaitForMessagesAsync(1)).Single()));
    }

    [Fact]
    public async Task A_bounce_is_the_actions_own_notification()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(actions: [Bounce(message: "Please write to\nhelp@example.com instead.")], loggers: events);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com", "d@example.com"), StringComparison.Ordinal);

        var received = (await gateway.Bounces.WaitForMessagesAsync(1)).Single();
        Assert.Equal("", received.ReversePath);
        Assert.Equal(["a@b.example"], received.Recipients);
        var (message, _) = Read(received);
        Assert.Equal("help@example.com", message.From.ToString());
        Assert.Contains("Please write to\r\nhelp@example.com instead.\r\n", message.TextBody!.ReplaceLineEndings("\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("could not be delivered", message.TextBody, StringComparison.Ordinal);
        Assert.Equal(["c@example.com 5.1.1 smtp; 550 5.1.1 no such user", "d@example.com 5.1.1 smtp; 550 5.1.1 no such user"], Describe(received));
        Assert.Contains("rule always bounces recipients=c@example.com,d@example.com with 550 5.1.1", Assert.Single(events.Texts(2004)).Replace("Rules[0]", "always", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(events.Texts(2001));
    }

    [Fact]
    public async Task Each_distinct_bounce_is_a_notification_and_processing_goes_on()
    {
        await using var gateway = await Gateway.StartAsync(
            ruleSet: [For("first", Bounce("one")), For("second", Bounce("two")), For("third", Bounce("one")), Always(Relay)]);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "first@example.com", "second@example.com", "third@example.com"), StringComparison.Ordinal);

        Assert.Equal(3, (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients.Count);
        var notifications = (await gateway.Bounces.WaitForMessagesAsync(2)).Select(notification => string.Join('|', Describe(notification)));
        Assert.Equal(
            ["first@example.com 5.1.1 smtp; 550 5.1.1 one|third@example.com 5.1.1 smtp; 550 5.1.1 one", "second@example.com 5.1.1 smtp; 550 5.1.1 two"],
            notifications.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(ActionFailurePolicy.Continue, "550 5.7.1 No route for this message", "NullReversePath")]
    [InlineData(ActionFailurePolicy.Drop, "250", "NullReversePath")]
    public async Task Nobody_is_there_to_bounce_a_notification_to(ActionFailurePolicy policy, string reply, string reason)
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(actions: [Bounce(onFailure: policy)], loggers: events);

        Assert.StartsWith(reply, await gateway.SendAsync(Message, "", "c@example.com"), StringComparison.Ordinal);

        Assert.Contains(reason, Assert.Single(events.Texts(policy == ActionFailurePolicy.Drop ? 2003 : 2015)), StringComparison.Ordinal);
        Assert.Empty(gateway.Bounces.Messages);
    }

    [Theory]
    [InlineData("reject")]
    [InlineData("bounce")]
    public async Task Who_asks_for_no_notification_gets_none(string kind)
    {
        await using var gateway = await Gateway.StartAsync(ruleSet: [For("never", kind == "reject" ? Reject() : Bounce()), For("told", Bounce()), Always(Relay)]);
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<never@example.com> NOTIFY=NEVER");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);

        // The notification is made durable with the message, so none comes later than this one.
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "told@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("told@example.com", Describe((await gateway.Bounces.WaitForMessagesAsync(1)).Single()).Single(), StringComparison.Ordinal);
        Assert.Single(gateway.Bounces.Messages);
    }

    [Fact]
    public async Task A_bounced_replacement_speaks_of_the_address_that_the_sender_wrote()
    {
        await using var gateway = await Gateway.StartAsync(actions: [new RuleAction.MapRecipient([new RecipientMapping("old@example.com", ["new@example.com"])]), Bounce()]);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "old@example.com"), StringComparison.Ordinal);
        var group = Read((await gateway.Bounces.WaitForMessagesAsync(1)).Single()).Recipients.Single();
        Assert.Equal("rfc822; old@example.com", group["Original-Recipient"]);
        Assert.Equal("rfc822; new@example.com", group["Final-Recipient"]);
    }
}
