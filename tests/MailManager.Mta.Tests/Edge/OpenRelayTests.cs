using MailManager.Mta.Tests.Hosting;
using MailManager.Resources.RuleSets;

namespace MailManager.Mta.Tests.Edge;

/// <summary>A gateway that takes mail for example.com only, and every way of writing an address in which another server may see another domain.</summary>
public class OpenRelayTests
{
    private static readonly string[] Refused =
    [
        "<u@other.example>", "<@a.example,@b.example:u@other.example>", "<@example.com:u@other.example>", "<@example.com,@example.com:u@other.example>",
        "<other.example!u>", "<u%other.example>", "<u@other.example@example.com>", "<u@example.com@other.example>", "<u@other.example%example.com>",
        "<u@[127.0.0.1]>", "<u@[IPv6:::1]>", "<u@[example.com]>", "<u@127.1>", "<u@other.example.>", "<u@.example.com>", "<u@example.com.other.example>",
        "<\"u@example.com\"@other.example>", "<u@example.com\0.other.example>", "<u@other.example\0@example.com>", "<u@other.example>@example.com", "<>",
        "<u@other.example(@example.com)>", "<u@other.example @example.com>", "<u@example.com,u@other.example>", "<u@other.example\r@example.com>",
        "u@example.com", "<u>", "<@example.com>", "<\"u\r\"@example.com>", "<u@other.example", "<u@xn--.com>", "<u@example.com:25>",
    ];

    /// <summary>With the recipient that the relay must hear: the part before the last at sign means nothing here, and stays as it is.</summary>
    private static readonly (string Path, string Recipient)[] Taken =
    [
        ("<u@example.com>", "u@example.com"),
        ("<@a.example,@b.example:u@example.com>", "u@example.com"),
        ("<u%other.example@example.com>", "u%other.example@example.com"),
        ("<other.example!u@example.com>", "other.example!u@example.com"),
        ("<\"u@other.example\"@example.com>", "\"u@other.example\"@example.com"),
    ];

    [Fact]
    public async Task No_form_of_an_address_relays_to_another_domain()
    {
        await using var gateway = await StartAsync();
        foreach (var path in Refused)
        {
            await using var client = await gateway.GreetAsync();
            await client.CommandAsync("MAIL FROM:<a@b.example> SMTPUTF8");
            var reply = await client.CommandAsync("RCPT TO:" + path);
            Assert.True(reply.StartsWith('5'), $"{path}: {reply}");
            Assert.StartsWith("503", await client.CommandAsync("DATA"), StringComparison.Ordinal);
        }

        foreach (var (path, _) in Taken)
        {
            await using var client = await gateway.GreetAsync();
            await client.CommandAsync("MAIL FROM:<a@b.example>");
            var reply = await client.CommandAsync("RCPT TO:" + path);
            Assert.True(reply.StartsWith("250", StringComparison.Ordinal), $"{path}: {reply}");
            Assert.StartsWith("250", await client.DataAsync("Subject: x\r\n\r\nx\r\n.\r\n"), StringComparison.Ordinal);
        }

        var messages = await gateway.Inside.WaitForMessagesAsync(Taken.Length);
        Assert.Equal(Taken.Select(form => form.Recipient).Order(StringComparer.Ordinal), messages.SelectMany(message => message.Recipients).Order(StringComparer.Ordinal));
    }

    /// <summary>Rules that would hand out everything they get. Those that replace make RCPT accept recipients of any domain.</summary>
    [Theory]
    [InlineData("send")]
    [InlineData("replace, send, relay")]
    [InlineData("map, send, relay")]
    [InlineData("rewrite, relay, send")]
    public async Task Whatever_rules_say_an_unauthenticated_client_gets_no_mail_out_to_another_domain(string actions)
    {
        await using var gateway = await Gateway.StartAsync(actions: [.. actions.Split(", ").Select(Action)]);
        foreach (var sender in new[] { "a@b.example", "u@example.com", "" })
        {
            foreach (var path in Refused)
            {
                await using var client = await gateway.GreetAsync();
                await client.CommandAsync($"MAIL FROM:<{sender}> SMTPUTF8");
                var reply = await client.CommandAsync("RCPT TO:" + path);
                if (reply.StartsWith('2'))
                {
                    Assert.NotEqual("send", actions);
                    reply = await client.DataAsync("Subject: x\r\n\r\nx\r\n.\r\n");
                }

                Assert.True(reply.StartsWith('5'), $"<{sender}> to {path}: {reply}");
            }
        }

        Assert.Empty(gateway.Inside.Sessions);
    }

    private static RuleAction Action(string name) => name switch
    {
        "send" => new RuleAction.Send("arn:aws:iam::123456789012:role/x", null),
        "relay" => new RuleAction.Relay("inside", null, null),
        "replace" => new RuleAction.ReplaceRecipient(["u@other.example"]),
        "map" => new RuleAction.MapRecipient([new RecipientMapping("@other.example", ["@a.example", "u@b.example"])]),
        _ => new RuleAction.RewriteRecipient("(.*)@(.*)", "$1@$2"),
    };

    [Fact]
    public async Task A_domain_is_the_same_in_either_script()
    {
        await using var gateway = await StartAsync("""["@xn--bcher-kva.example"]""");
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example> SMTPUTF8");

        Assert.StartsWith("250", await client.CommandAsync("RCPT TO:<u@xn--bcher-kva.example>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync("RCPT TO:<u@B\u00C3\u00BCcher.example>"), StringComparison.Ordinal);
        Assert.StartsWith("550", await client.CommandAsync("RCPT TO:<u@bucher.example>"), StringComparison.Ordinal);
    }

    private static Task<Gateway> StartAsync(string domains = """["@example.com"]""") => Gateway.StartAsync(edit: text => text
        .Replace("[ example.com,", "[ example.com, xn--bcher-kva.example,", StringComparison.Ordinal)
        .Replace("- Action: DENY", "- Action: ALLOW", StringComparison.Ordinal)
        .Replace("DefaultAction: ALLOW", "DefaultAction: DENY", StringComparison.Ordinal)
        .Replace("""STARTS_WITH, Values: ["denied@"]""", $"ENDS_WITH, Values: {domains}", StringComparison.Ordinal));
}
