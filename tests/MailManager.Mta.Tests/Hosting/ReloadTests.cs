namespace MailManager.Mta.Tests.Hosting;

/// <summary>A changed configuration in a running gateway: all of it, at once, or nothing.</summary>
public class ReloadTests
{
    private const string Message = "Subject: offer\r\n\r\nBODY\r\n.\r\n";

    private const string Dropping = """
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: CONTAINS, Values: [offer] }
                Actions: [ { Reject: { SmtpReplyCode: "550", StatusCode: 5.7.1, Message: No offers } } ]
              - Actions:
                  - Relay: { Relay: inside }
        """;

    [Fact]
    public async Task New_rules_are_in_force_for_the_next_message()
    {
        await using var gateway = await Gateway.StartAsync();
        Assert.StartsWith("250", await gateway.SendAsync(Message, "ann@sender.example", "bob@example.com"), StringComparison.Ordinal);
        Assert.True(await gateway.ReloadAsync(WithNewRules));
        Assert.StartsWith("550 5.7.1 No offers", await gateway.SendAsync(Message, "ann@sender.example", "bob@example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_under_way_keeps_what_it_began_with()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<ann@sender.example>");
        await client.CommandAsync("RCPT TO:<bob@example.com>");

        Assert.True(await gateway.ReloadAsync(text => WithNewRules(text).Replace("[\"denied@\"]", "[\"denied@\", \"bob@\"]", StringComparison.Ordinal)));

        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<ann@sender.example>");
        Assert.StartsWith("550 5.7.1", await client.CommandAsync("RCPT TO:<bob@example.com>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DefaultAction: ALLOW", "DefaultAction: PERHAPS")]
    [InlineData("Relay: { Relay: inside }", "Relay: { Relay: nowhere }")]
    [InlineData("Relay: { Relay: inside }", "Archive: { TargetArchive: a-1 }")]
    public async Task A_configuration_with_an_error_leaves_the_old_one_in_force(string before, string after)
    {
        await using var gateway = await Gateway.StartAsync();
        Assert.False(await gateway.ReloadAsync(text => WithNewRules(text).Replace(before, after, StringComparison.Ordinal)));
        Assert.StartsWith("250", await gateway.SendAsync(Message, "ann@sender.example", "bob@example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_fails_its_own_test_leaves_the_old_one_in_force()
    {
        await using var gateway = await Gateway.StartAsync();
        Assert.False(await gateway.ReloadAsync(text => WithNewRules(text) + """

            Tests:
              - Name: offers are welcome
                IngressPoint: front-door
                Envelope: { MailFrom: ann@sender.example, Recipients: [ bob@example.com ] }
                Headers: { Subject: offer }
                Expect:
                  - { Recipient: bob@example.com, Disposition: relay inside }
            """));
        Assert.StartsWith("250", await gateway.SendAsync(Message, "ann@sender.example", "bob@example.com"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hostname: mx.example.com", "Hostname: mx2.example.com")]
    [InlineData("RetrySchedule: [1m]", "RetrySchedule: [2m]")]
    [InlineData("Listeners: [\"127.0.0.1:0\"]", "Listeners: [\"127.0.0.2:0\"]")]
    [InlineData("IngressPointName: front-door", "IngressPointName: back-door")]
    [InlineData("TlsPolicy: OPTIONAL", "TlsPolicy: REQUIRED")]
    public async Task A_change_that_takes_a_restart_is_refused_whole(string before, string after)
    {
        await using var gateway = await Gateway.StartAsync();
        Assert.False(await gateway.ReloadAsync(text => WithNewRules(text).Replace(before, after, StringComparison.Ordinal)));
        Assert.StartsWith("250", await gateway.SendAsync(Message, "ann@sender.example", "bob@example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_relays_and_identities_are_in_force_with_the_rules()
    {
        await using var gateway = await Gateway.StartAsync();
        Assert.StartsWith("550", await gateway.SendAsync(Message, "ann@sender.example", "bob@new.example"), StringComparison.Ordinal);
        Assert.True(await gateway.ReloadAsync(text => text
            .Replace("Identities: [ example.com,", "Identities: [ example.com, new.example,", StringComparison.Ordinal)
            .Replace("Relay: { Relay: inside }", "Relay: { Relay: second }", StringComparison.Ordinal)
            .Replace("RelayName: inside", "RelayName: second", StringComparison.Ordinal)));
        Assert.StartsWith("250", await gateway.SendAsync(Message, "ann@sender.example", "bob@new.example"), StringComparison.Ordinal);
        Assert.Equal(["bob@new.example"], (await gateway.Inside.WaitForMessagesAsync(1))[0].Recipients);
    }

    private static string WithNewRules(string text) => text.Replace(Gateway.RelayAll, Dropping, StringComparison.Ordinal);
}
