using System.Text;
using MailManager.Mta.Tests.Hosting;
using MailManager.Resources.RuleSets;
using static MailManager.Mta.Tests.Intake.Actions;

namespace MailManager.Mta.Tests.Intake;

/// <summary>The actions AddHeader, SetHeader and RemoveHeader, and ReplaceRecipient in its three forms, up to the octets that a relay gets.</summary>
public class HeaderActionTests
{
    private const string Message =
        "X-Spam: yes\r\nSubject: old\r\n subject\r\nFrom: a@b.example\r\nx-spam : again\r\nsubject: second\r\nX-Keep: \u00FC \r\n\r\nX-Spam: body\r\n..dot\r\n.\r\n";

    private static readonly RuleAction[] Changes =
    [
        new RuleAction.AddHeader("X-Spam", "ours, taken away again"),
        new RuleAction.AddHeader("List-Id", "<list.example.com>"),
        new RuleAction.RemoveHeader("X-SPAM"),
        new RuleAction.SetHeader("Subject", "Gr\u00FC\u00DFe"),
        Relay,
    ];

    [Fact]
    public async Task Headers_are_added_set_and_removed_and_all_other_octets_stay()
    {
        await using var gateway = await Gateway.StartAsync(ruleSet: [Always(Changes)]);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);

        AssertChanged((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data);
    }

    [Fact]
    public async Task Changes_survive_a_restart()
    {
        await using var gateway = await Gateway.StartAsync(ruleSet: [Always(Changes)], retry: "1s");
        gateway.Inside.Script.On("RCPT", "450 4.2.1 busy", session: 1);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);
        await gateway.Inside.Script.WaitForAsync("RCPT");

        await gateway.RestartAsync();

        AssertChanged((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data);
    }

    [Fact]
    public async Task A_message_without_header_loses_nothing()
    {
        await using var gateway = await Gateway.StartAsync(actions: [new RuleAction.RemoveHeader("Subject"), Relay]);
        Assert.StartsWith("250", await gateway.SendAsync("no header\r\nSubject: x\r\n.\r\n", "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.EndsWith("+0000\r\n\r\nno header\r\nSubject: x\r\n", Encoding.Latin1.GetString((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_with_different_changes_get_different_messages()
    {
        await using var gateway = await Gateway.StartAsync(ruleSet: [For("first", new RuleAction.RemoveHeader("Subject")), Always(Relay)]);
        Assert.StartsWith("250", await gateway.SendAsync("Subject: x\r\n\r\n.\r\n", "a@b.example", "first@example.com", "second@example.com"), StringComparison.Ordinal);
        var messages = await gateway.Inside.WaitForMessagesAsync(2);
        foreach (var message in messages)
        {
            var isFirst = message.Recipients.Single() == "first@example.com";
            Assert.EndsWith(isFirst ? "+0000\r\n\r\n" : "+0000\r\nSubject: x\r\n\r\n", Encoding.Latin1.GetString(message.Data), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Recipients_are_replaced_by_a_table_and_by_a_pattern()
    {
        await using var gateway = await Gateway.StartAsync(ruleSet:
        [
            Always(
                new RuleAction.MapRecipient([new RecipientMapping("boss@old.example", ["chief@example.com"]), new RecipientMapping("@old.example", ["@example.com"])]),
                new RuleAction.RewriteRecipient(@"([^+@]+)\+[^@]*@example\.com", "$1@example.com"),
                Relay),
        ]);

        Assert.StartsWith(
            "250", await gateway.SendAsync("\r\n.\r\n", "a@b.example", "boss@old.example", "o'neil@OLD.example", "c+tag@example.com", "d@example.com"), StringComparison.Ordinal);
        Assert.Equal(
            ["chief@example.com", "o'neil@example.com", "c@example.com", "d@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Theory]
    [InlineData("\"u@other.example\"@old.example")]
    [InlineData("u%other.example@old.example")]
    public async Task What_a_client_writes_does_not_choose_another_domain(string recipient)
    {
        await using var gateway = await Gateway.StartAsync(actions: [new RuleAction.RewriteRecipient("(.*)@old\\.example", "$1@example.com"), Relay]);
        Assert.StartsWith("550 5.7.1", await gateway.SendAsync("\r\n.\r\n", "a@b.example", recipient), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync("\r\n.\r\n", "a@b.example", "u@old.example"), StringComparison.Ordinal);
        Assert.Equal(["u@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    private static void AssertChanged(byte[] data)
    {
        var text = Encoding.Latin1.GetString(data);
        Assert.StartsWith("List-Id: <list.example.com>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\nReceived: from client.example", text, StringComparison.Ordinal);
        Assert.EndsWith(" +0000\r\nFrom: a@b.example\r\nX-Keep: \u00FC \r\n\r\nX-Spam: body\r\n.dot\r\n", text, StringComparison.Ordinal);
    }
}
