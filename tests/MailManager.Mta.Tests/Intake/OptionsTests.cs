using System.Text;
using MailManager.Mta.Tests.Hosting;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Intake;

/// <summary>What MAIL and RCPT ask for, from the client to the relay or the notification.</summary>
public class OptionsTests
{
    private const string Message = "Subject: x\r\nFrom: a@b.example\r\n\r\nBODY\r\n.\r\n";

    private const string Replacing = """
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: STARTS_WITH, Values: ["team"] }
                Actions:
                  - ReplaceRecipient: { ReplaceWith: [ one@example.com, two@example.com ] }
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: STARTS_WITH, Values: ["old"] }
                Actions:
                  - ReplaceRecipient: { ReplaceWith: [ new@example.com ] }
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@example.com"] }
                Actions:
                  - Relay: { Relay: inside }
        """;

    [Fact]
    public async Task Options_reach_the_relay_with_the_recipients_they_were_given_for()
    {
        await using var gateway = await StartAsync(Gateway.RelayAll);
        await SendAsync(
            gateway,
            "MAIL FROM:<a@b.example> RET=HDRS ENVID=id+2B1",
            "RCPT TO:<x@example.com>",
            "RCPT TO:<y@example.com> NOTIFY=NEVER",
            "RCPT TO:<z@example.com> NOTIFY=FAILURE,SUCCESS ORCPT=rfc822;o@o.test");
        Assert.Equal(
            [
                "RCPT TO:<x@example.com>",
                "RCPT TO:<y@example.com> NOTIFY=NEVER",
                "RCPT TO:<z@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;o@o.test",
            ],
            Commands(gateway, "RCPT"));
        Assert.EndsWith(" RET=HDRS ENVID=id+2B1", Commands(gateway, "MAIL").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replacement_inherits_what_was_asked_for_the_recipient()
    {
        await using var gateway = await StartAsync(Replacing);
        await SendAsync(
            gateway,
            "MAIL FROM:<a@b.example>",
            "RCPT TO:<plain@example.com>",
            "RCPT TO:<team+1@example.com> NOTIFY=NEVER",
            "RCPT TO:<old@example.com> NOTIFY=SUCCESS ORCPT=rfc822;o@o.test");
        Assert.Equal(
            [
                "RCPT TO:<new@example.com> NOTIFY=SUCCESS ORCPT=rfc822;o@o.test",
                "RCPT TO:<one@example.com> NOTIFY=NEVER ORCPT=rfc822;team+2B1@example.com",
                "RCPT TO:<plain@example.com>",
                "RCPT TO:<two@example.com> NOTIFY=NEVER ORCPT=rfc822;team+2B1@example.com",
            ],
            Commands(gateway, "RCPT").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_recipient_that_replaces_several_hears_of_all_that_any_of_them_wants()
    {
        await using var gateway = await StartAsync(Replacing);
        await SendAsync(
            gateway,
            "MAIL FROM:<a@b.example>",
            "RCPT TO:<team@example.com> NOTIFY=NEVER",
            "RCPT TO:<one@example.com> NOTIFY=SUCCESS",
            "RCPT TO:<team2@example.com>");
        Assert.Equal(
            [
                "RCPT TO:<one@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;team@example.com",
                "RCPT TO:<two@example.com> NOTIFY=FAILURE ORCPT=rfc822;team@example.com",
            ],
            Commands(gateway, "RCPT").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" NOTIFY=FAILURE", true)]
    [InlineData(" NOTIFY=NEVER", false)]
    [InlineData(" NOTIFY=SUCCESS", false)]
    public async Task A_recipient_that_fails_at_acceptance_is_told_of_as_it_asked(string notify, bool isTold)
    {
        await using var gateway = await StartAsync(Replacing);
        await SendAsync(
            gateway,
            "MAIL FROM:<a@b.example> RET=FULL ENVID=id",
            "RCPT TO:<x@example.com>",
            $"RCPT TO:<y@elsewhere.example>{notify}");
        if (isTold)
        {
            var text = Encoding.UTF8.GetString((await gateway.Bounces.WaitForMessagesAsync(1)).Single().Data);
            Assert.Contains("Final-Recipient: rfc822; y@elsewhere.example", text, StringComparison.Ordinal);
            Assert.Contains("Original-Envelope-Id: id\r\n", text, StringComparison.Ordinal);
            Assert.Contains("Content-Type: message/rfc822", text, StringComparison.Ordinal);
            Assert.Contains("\r\nBODY\r\n", text, StringComparison.Ordinal);
        }

        // The notification is made durable with the message, so none comes later than this one.
        await SendAsync(gateway, "MAIL FROM:<a@b.example>", "RCPT TO:<x@example.com>", "RCPT TO:<last@elsewhere.example>");
        var bounces = await gateway.Bounces.WaitForMessagesAsync(isTold ? 2 : 1);
        Assert.Equal(isTold ? 2 : 1, bounces.Count);
    }

    [Fact]
    public async Task Options_survive_a_restart()
    {
        await using var gateway = await StartAsync(Gateway.RelayAll, retry: "1s");
        gateway.Inside.Script.On("RCPT", "450 4.2.1 busy", session: 1);
        await using (var client = await gateway.GreetAsync())
        {
            await client.CommandAsync("MAIL FROM:<a@b.example> ENVID=id");
            await client.CommandAsync("RCPT TO:<x@example.com> NOTIFY=NEVER ORCPT=rfc822;o@o.test");
            await client.DataAsync(Message);
            await gateway.Inside.Script.WaitForAsync("RCPT");
        }

        await gateway.RestartAsync();
        await gateway.Inside.WaitForMessagesAsync(1);
        Assert.Equal("RCPT TO:<x@example.com> NOTIFY=NEVER ORCPT=rfc822;o@o.test", Commands(gateway, "RCPT")[^1]);
        Assert.EndsWith(" ENVID=id", Commands(gateway, "MAIL")[^1], StringComparison.Ordinal);
    }

    private static async Task<Gateway> StartAsync(string rules, string retry = "1m")
    {
        var inside = new ScriptedSmtpServer();
        inside.Script.Extensions.Add("DSN");
        return await Gateway.StartAsync(rules, retry: retry, inside: inside);
    }

    private static async Task SendAsync(Gateway gateway, params string[] commands)
    {
        var before = gateway.Inside.Messages.Count;
        await using var client = await gateway.GreetAsync();
        foreach (var command in commands)
        {
            Assert.StartsWith("250", await client.CommandAsync(command), StringComparison.Ordinal);
        }

        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(before + 1);
    }

    private static string[] Commands(Gateway gateway, string verb) =>
        [.. gateway.Inside.Sessions.SelectMany(session => session.Commands).Where(command => command.StartsWith(verb, StringComparison.Ordinal))];
}
