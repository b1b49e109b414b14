using MailManager.Delivery;
using MailManager.Mta.Tests.Hosting;
using MailManager.Resources.RuleSets;
using MailManager.TestKit.Peers;
using static MailManager.Mta.Tests.Intake.Actions;

namespace MailManager.Mta.Tests.Intake;

/// <summary>The action Send, from the client to the servers of the recipients' domains; and failing actions.</summary>
public sealed class SendTests : IAsyncDisposable
{
    private const string Message = "Subject: x\r\n\r\nBODY\r\n.\r\n";

    private readonly ScriptedDnsServer _dns = new() { IsValidating = true };
    private readonly ScriptedSmtpServer _outside = new();

    public SendTests()
    {
        _dns.Mx("one.test", 10, "mx.one.test").Address("mx.one.test", "127.0.0.1").Address("two.test", "127.0.0.1").Address("example.com", "127.0.0.1");
    }

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _outside.DisposeAsync();
    }

    [Fact]
    public async Task Each_domain_gets_one_delivery_of_its_recipients()
    {
        await using var gateway = await StartAsync(isOpen: false, Send());

        Assert.StartsWith(
            "250", await SubmitAsync(gateway, "user@example.com", "a@one.test", "b@two.test", "c@ONE.test", "d@example.com"), StringComparison.Ordinal);

        var messages = await _outside.WaitForMessagesAsync(3);
        Assert.Equal(
            ["a@one.test c@ONE.test", "b@two.test", "d@example.com"],
            messages.Select(message => string.Join(' ', message.Recipients)).Order(StringComparer.Ordinal));
        Assert.All(messages, message => Assert.Equal("user@example.com", message.ReversePath));
        Assert.Empty(gateway.Inside.Messages);
    }

    [Fact]
    public async Task A_message_that_says_so_ignores_what_a_domain_demands_of_tls()
    {
        _dns.Tlsa($"_{_outside.EndPoint.Port}._tcp.mx.one.test", [3, 1, 1, .. new byte[32]]);
        await using var gateway = await StartAsync(isOpen: false, Send());
        await SubmitAsync(gateway, "user@example.com", "demanding@one.test");
        await using var client = await LogInAsync(gateway);
        await client.CommandAsync("MAIL FROM:<user@example.com>");
        await client.CommandAsync("RCPT TO:<careless@one.test>");
        Assert.StartsWith("250", await client.DataAsync("TLS-Required: No\r\n" + Message), StringComparison.Ordinal);
        Assert.Equal(["careless@one.test"], (await _outside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task Options_stay_with_their_recipients()
    {
        _outside.Script.Extensions.Add("DSN");
        await using var gateway = await StartAsync(isOpen: false, Send());
        await using var client = await LogInAsync(gateway);
        await client.CommandAsync("MAIL FROM:<user@example.com>");
        await client.CommandAsync("RCPT TO:<a@one.test>");
        await client.CommandAsync("RCPT TO:<b@two.test> NOTIFY=NEVER");
        await client.CommandAsync("RCPT TO:<c@one.test> NOTIFY=SUCCESS");
        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);

        await _outside.WaitForMessagesAsync(2);
        Assert.Equal(
            ["RCPT TO:<a@one.test>", "RCPT TO:<b@two.test> NOTIFY=NEVER", "RCPT TO:<c@one.test> NOTIFY=SUCCESS"],
            _outside.Sessions.SelectMany(session => session.Commands).Where(command => command.StartsWith("RCPT", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_submission_is_one_after_a_restart_too()
    {
        await using var gateway = await StartAsync(isOpen: false, Send());
        _outside.Script.On("RCPT", "450 4.2.1 busy", session: 1);
        Assert.StartsWith("250", await SubmitAsync(gateway, "user@example.com", "a@one.test"), StringComparison.Ordinal);
        await _outside.Script.WaitForAsync("RCPT");

        await gateway.RestartAsync();

        Assert.Equal(["a@one.test"], (await _outside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task Anybody_may_have_mail_sent_to_a_verified_recipient()
    {
        await using var gateway = await StartAsync(isOpen: true, Send());

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "d@example.com"), StringComparison.Ordinal);
        Assert.Equal(["d@example.com"], (await _outside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task An_authenticated_client_may_send_from_a_verified_sender_or_a_notification_only()
    {
        await using var gateway = await StartAsync(isOpen: false, Send());

        Assert.StartsWith("550 5.7.1 Recipient is not of a domain served here", await SubmitAsync(gateway, "user@b.example", "a@one.test"), StringComparison.Ordinal);
        Assert.StartsWith("250", await SubmitAsync(gateway, "user@b.example", "d@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await SubmitAsync(gateway, "", "a@one.test"), StringComparison.Ordinal);
        Assert.Equal(["a@one.test", "d@example.com"], (await _outside.WaitForMessagesAsync(2)).Select(message => message.Recipients.Single()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, "550 5.7.1 No route for this message", 2015)]
    [InlineData(ActionFailurePolicy.Continue, "550 5.7.1 No route for this message", 2015)]
    [InlineData(ActionFailurePolicy.Drop, "250", 2003)]
    public async Task What_is_replaced_by_a_stranger_is_not_sent(ActionFailurePolicy? policy, string reply, int eventId)
    {
        using var events = new EventRecorder();
        await using var gateway = await StartAsync(isOpen: true, [new RuleAction.ReplaceRecipient(["a@one.test"]), Send(policy)], events);

        Assert.StartsWith(reply, await gateway.SendAsync(Message, "user@example.com", "d@example.com"), StringComparison.Ordinal);

        Assert.Contains("NotAuthenticated", Assert.Single(events.Texts(eventId)), StringComparison.Ordinal);
        Assert.Empty(_outside.Sessions);
    }

    [Theory]
    [InlineData(ActionFailurePolicy.Continue)]
    [InlineData(ActionFailurePolicy.Drop)]
    public async Task A_relay_that_fails_for_some_goes_on_or_drops_them(ActionFailurePolicy policy)
    {
        using var events = new EventRecorder();
        await using var gateway = await StartAsync(
            isOpen: true,
            [new RuleAction.MapRecipient([new RecipientMapping("alias@example.com", ["a@one.test"])]), new RuleAction.Relay("inside", null, policy)],
            events);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "alias@example.com", "d@example.com"), StringComparison.Ordinal);

        Assert.Equal(["d@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
        if (policy == ActionFailurePolicy.Drop)
        {
            Assert.Contains(
                "recipient <a@one.test> dropped by the failure policy of rule Rules[0], action 1: RecipientNotVerified", Assert.Single(events.Texts(2003)), StringComparison.Ordinal);
            Assert.Contains("dropped=1 failed=0", Assert.Single(events.Texts(2001)), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(
                ["alias@example.com 5.7.1 x-mailmanager; The recipient is not of a domain served here"], Describe((await gateway.Bounces.WaitForMessagesAsync(1)).Single()));
            Assert.Contains("<alias@example.com>, last failure of an action: RecipientNotVerified", Assert.Single(events.Texts(2006)), StringComparison.Ordinal);
        }
    }

    private static async Task<string> SubmitAsync(Gateway gateway, string sender, params string[] recipients)
    {
        await using var client = await LogInAsync(gateway);
        await client.CommandAsync($"MAIL FROM:<{sender}>");
        foreach (var recipient in recipients)
        {
            var reply = await client.CommandAsync($"RCPT TO:<{recipient}>");
            if (!reply.StartsWith('2'))
            {
                return reply;
            }
        }

        return await client.DataAsync(Message);
    }

    private static async Task<RawSmtpClient> LogInAsync(Gateway gateway)
    {
        var client = await gateway.GreetAsync();
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO client.example");
        Assert.StartsWith("235", await client.CommandAsync("AUTH PLAIN AGZyb250LWRvb3IAdGhlLXBhc3N3b3Jk"), StringComparison.Ordinal);
        return client;
    }

    private Task<Gateway> StartAsync(bool isOpen, params RuleAction[] actions) => StartAsync(isOpen, actions, loggers: null);

    private Task<Gateway> StartAsync(bool isOpen, RuleAction[] actions, EventRecorder? loggers) => Gateway.StartAsync(
        retry: "1s",
        actions: actions,
        mx: new MxOptions { NameServers = [_dns.EndPoint], Port = _outside.EndPoint.Port, AllowPrivateTargets = true, TrustAuthenticatedData = true, QueryTimeout = TimeSpan.FromSeconds(2) },
        loggers: loggers,
        edit: text => isOpen
            ? text
            : text.Replace("    Type: OPEN\n", "    Type: AUTH\n    IngressPointConfiguration: { SmtpPassword: the-password }\n", StringComparison.Ordinal));
}
