using System.Net;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>What mail leaves from, from the rule to the socket.</summary>
public class EgressTests
{
    private const string Message = "Subject: x\r\n\r\nbody\r\n.\r\n";

    private const string Rules = """
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: MAIL_FROM }, Operator: EQUALS, Values: [bulk@b.example] }
                Actions:
                  - Relay: { Relay: inside, EgressPool: bulk }
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: MAIL_FROM }, Operator: NOT_EQUALS, Values: [bulk@b.example] }
                Actions:
                  - Relay: { Relay: inside }
        """;

    private const string Sources = """

          EgressSources:
            - { Name: second, Address: 127.0.0.2, Hostname: bulk.example.com }
            - { Name: elsewhere, Address: 192.0.2.77 }
          EgressPools:
            - { Name: bulk, Sources: [ { Source: second } ] }
        """;

    [Fact]
    public async Task A_rule_chooses_what_its_mail_leaves_from()
    {
        var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(Rules, edit: text => text + Sources, loggers: events);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "bulk@b.example", "c@example.com"), StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(1);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(2);

        Assert.Equal(
            [(IPAddress.Parse("127.0.0.2"), "EHLO bulk.example.com"), (IPAddress.Loopback, "EHLO mx.example.com")],
            gateway.Inside.Sessions.Select(session => (session.Client, session.Commands[0])));
        Assert.Equal(
            ["Egress source elsewhere: 192.0.2.77 is not an address of this machine, and mail that is to leave from it waits"], events.Texts(6018));
    }

    [Fact]
    public async Task Mail_for_a_pool_that_is_gone_after_a_restart_waits_until_it_is_back()
    {
        await using var gateway = await Gateway.StartAsync(Rules, retry: "1s", edit: text => text + Sources);
        gateway.Inside.Script.On("MAIL", "451 4.3.0 Not now", occurrence: 1);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "bulk@b.example", "c@example.com"), StringComparison.Ordinal);
        await gateway.Inside.Script.WaitForAsync("MAIL");

        // What comes after it without a pool is delivered meanwhile.
        await gateway.RestartAsync(text => text.Replace(Sources, "", StringComparison.Ordinal).Replace(", EgressPool: bulk", "", StringComparison.Ordinal));
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.Equal("a@b.example", (await gateway.Inside.WaitForMessagesAsync(1)).Single().ReversePath);

        await gateway.RestartAsync();
        Assert.Equal("bulk@b.example", (await gateway.Inside.WaitForMessagesAsync(2))[1].ReversePath);
        Assert.Equal(IPAddress.Parse("127.0.0.2"), gateway.Inside.Sessions[^1].Client);
    }
}
