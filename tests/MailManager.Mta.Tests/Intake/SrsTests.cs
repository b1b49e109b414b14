using System.Text;
using MailManager.Delivery;
using MailManager.Mta.Tests.Hosting;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Intake;

/// <summary>A relay that is given SRS addresses for reverse-paths, and notifications on their way home.</summary>
public sealed class SrsTests : IAsyncDisposable
{
    private const string Message = "Subject: x\r\n\r\nBODY\r\n.\r\n";
    private const string Replacing = """
              - Actions:
                  - Relay: { Relay: inside, MailFrom: REPLACE }
        """;

    private readonly ScriptedDnsServer _dns = new();
    private readonly ScriptedSmtpServer _outside = new();

    public SrsTests()
    {
        _dns.Mx("one.test", 10, "mx.one.test").Address("mx.one.test", "127.0.0.1").Address("two.test", "127.0.0.1");
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _outside.DisposeAsync();
    }

    [Fact]
    public async Task A_bounce_comes_home_to_the_sender_past_policy_and_rules()
    {
        await using var gateway = await StartAsync();
        var address = await RelayedFromAsync(gateway, "User@one.test");
        Assert.Matches("^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=one.test=User@srs.example$", address);

        Assert.StartsWith("250", await gateway.SendAsync("Subject: Undeliverable\r\n\r\nBODY\r\n.\r\n", "", address.ToLowerInvariant()), StringComparison.Ordinal);

        var home = (await _outside.WaitForMessagesAsync(1)).Single();
        Assert.Equal("", home.ReversePath);
        Assert.Equal(["user@one.test"], home.Recipients);
        var text = Encoding.ASCII.GetString(home.Data);
        Assert.StartsWith("Received: from ", text, StringComparison.Ordinal);
        Assert.EndsWith("Subject: Undeliverable\r\n\r\nBODY\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_transaction_may_have_recipients_of_both_kinds()
    {
        await using var gateway = await StartAsync();
        var (one, two) = (await RelayedFromAsync(gateway, "a@one.test"), await RelayedFromAsync(gateway, "b@two.test"));

        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<>");
        foreach (var recipient in new[] { one, "d@example.com> NOTIFY=NEVER ORCPT=rfc822;x@y.test", two })
        {
            Assert.StartsWith("250", await client.CommandAsync($"RCPT TO:<{recipient}" + (recipient.Contains('>', StringComparison.Ordinal) ? "" : ">")), StringComparison.Ordinal);
        }

        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);
        Assert.Equal(["a@one.test", "b@two.test"], (await _outside.WaitForMessagesAsync(2)).Select(message => message.Recipients.Single()).Order(StringComparer.Ordinal));
        var inside = (await gateway.Inside.WaitForMessagesAsync(3))[^1];
        Assert.Equal(("", "d@example.com"), (inside.ReversePath, inside.Recipients.Single()));
    }

    [Fact]
    public async Task What_was_made_before_a_restart_is_good_after_it()
    {
        await using var gateway = await StartAsync();
        var address = await RelayedFromAsync(gateway, "a@one.test");
        await gateway.RestartAsync();

        Assert.StartsWith("250", await gateway.SendAsync(Message, "", address), StringComparison.Ordinal);
        Assert.Equal(["a@one.test"], (await _outside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task Nobody_gets_mail_out_along_an_address_that_was_not_made_here()
    {
        using var events = new EventRecorder();
        await using var gateway = await StartAsync(loggers: events);
        var address = await RelayedFromAsync(gateway, "a@one.test");

        foreach (var (sender, recipient, reply) in new[]
        {
            ("", "SRS0=AAAAAAAA=AA=one.test=a@srs.example", "550 5.1.1 The SRS address was not made here"),
            ("", address.Replace("=a@", "=b@", StringComparison.Ordinal), "550 5.1.1 The SRS address was not made here"),
            ("", "SRS1=AAAAAAAA=one.test==x@srs.example", "550 5.1.1 The SRS address was not made here"),
            ("", "SRS0=a@srs.example", "550 5.1.1 The SRS address is not complete"),
            ("mailer@other.test", address, "550 5.7.1 Only notifications"),
            ("", "user@srs.example", "550 5.7.1"),
        })
        {
            Assert.StartsWith(reply, await gateway.SendAsync(Message, sender, recipient), StringComparison.Ordinal);
        }

        Assert.Equal(5, events.Texts(2018).Length);
        Assert.Empty(_outside.Sessions);
    }

    [Fact]
    public async Task A_sender_of_a_verified_identity_is_served_by_the_rules()
    {
        await using var gateway = await StartAsync();
        var address = await RelayedFromAsync(gateway, "user@example.com");

        Assert.StartsWith("250", await gateway.SendAsync(Message, "", address), StringComparison.Ordinal);
        Assert.Equal(["user@example.com"], (await gateway.Inside.WaitForMessagesAsync(2))[1].Recipients);
        Assert.Empty(_outside.Sessions);
    }

    [Fact]
    public async Task A_sender_without_such_a_form_stays_and_a_null_one_too()
    {
        using var events = new EventRecorder();
        await using var gateway = await StartAsync(loggers: events);
        Assert.Equal("\"a b\"@one.test", await RelayedFromAsync(gateway, "\"a b\"@one.test"));
        Assert.Equal("", await RelayedFromAsync(gateway, ""));
        Assert.Contains("sender=<\"a b\"@one.test> has no SRS form", Assert.Single(events.Texts(2019)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_notifications_go_to_the_original_sender()
    {
        var inside = new ScriptedSmtpServer();
        inside.Script.On("RCPT", "550 5.1.1 no such user");
        await using var gateway = await StartAsync(inside);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@one.test", "d@example.com"), StringComparison.Ordinal);
        Assert.Equal(["a@one.test"], (await gateway.Bounces.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", MailFrom: REPLACE", true)]
    [InlineData(", MailFrom: PRESERVE", false)]
    public async Task A_relay_says_what_it_is_given_where_the_rule_does_not(string member, bool replaces)
    {
        await using var gateway = await StartAsync(rule: Replacing.Replace(", MailFrom: REPLACE", member, StringComparison.Ordinal), relay: "REPLACE");
        Assert.Equal(replaces, (await RelayedFromAsync(gateway, "user@one.test")).EndsWith("@srs.example", StringComparison.Ordinal));
    }

    private static async Task<string> RelayedFromAsync(Gateway gateway, string sender)
    {
        var before = gateway.Inside.Messages.Count;
        Assert.StartsWith("250", await gateway.SendAsync(Message, sender, "d@example.com"), StringComparison.Ordinal);
        return (await gateway.Inside.WaitForMessagesAsync(before + 1))[^1].ReversePath;
    }

    private Task<Gateway> StartAsync(ScriptedSmtpServer? inside = null, EventRecorder? loggers = null, string rule = Replacing, string relay = "PRESERVE") => Gateway.StartAsync(
        rule,
        inside: inside,
        loggers: loggers,
        mx: new MxOptions { NameServers = [_dns.EndPoint], Port = _outside.EndPoint.Port, AllowPrivateTargets = true, QueryTimeout = TimeSpan.FromSeconds(2) },
        edit: text => text.Replace("  Hostname: mx.example.com\n", "  Hostname: mx.example.com\n  Srs: { Domain: srs.example }\n", StringComparison.Ordinal)
            .Replace("  - RelayName: inside\n", $"  - RelayName: inside\n    MailFrom: {relay}\n", StringComparison.Ordinal)
            .Replace("STARTS_WITH, Values: [\"denied@\"]", "NOT_EQUALS, Values: [\"d@example.com\", \"user@example.com\", \"user@srs.example\"]", StringComparison.Ordinal));
}
