using MailManager.Mta.Tests.Hosting;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Intake;

/// <summary>A policy refuses as soon as it is decided: at the connection, at MAIL or at RCPT.</summary>
public class PolicyStageTests
{
    private const string Message = "Subject: x\r\n\r\nbody\r\n.\r\n";

    private static readonly PolicyCondition FromLoopback = new PolicyIpv4Expression(IpOperator.CidrMatches, ["127.0.0.0/8"]);

    [Fact]
    public async Task A_denied_client_is_refused_in_place_of_the_greeting()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(policy: [Deny(FromLoopback)], loggers: events);

        await using var client = await RawSmtpClient.ConnectAsync(gateway.EndPoint);

        Assert.Matches(@"^554 5\.7\.1 Not allowed by policy public-mx \(ref [0-9A-Z]+\)\s*$", await client.ReadToEndAsync());
        Assert.Contains("by policy public-mx, Deny by statement 0, at its connection", Assert.Single(events.Texts(2010)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_may_still_begin_TLS_is_greeted_and_refused_at_MAIL()
    {
        PolicyCondition tls = new PolicyTlsExpression(TlsProtocolOperator.MinimumTlsVersion, TlsProtocolVersion.Tls12);
        await using var gateway = await Gateway.StartAsync(policy: [Deny(FromLoopback, new PolicyNot(tls)) with { ReplyText = "TLS is required here" }]);
        await using var client = await gateway.GreetAsync();

        Assert.Matches(@"^550 5\.7\.1 TLS is required here \(ref [0-9A-Z]+\)$", await client.CommandAsync("MAIL FROM:<a@b.example>"));
    }

    [Fact]
    public async Task A_denied_sender_is_refused_at_MAIL_with_the_statements_text_and_another_is_not()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(
            policy: [Deny(Text(PolicyStringAttribute.MailFromDomain, "spam.example")) with { ReplyText = "Not from there" }], loggers: events);
        await using var client = await gateway.GreetAsync();

        Assert.Matches(@"^550 5\.7\.1 Not from there \(ref [0-9A-Z]+\)$", await client.CommandAsync("MAIL FROM:<a@spam.example>"));
        Assert.StartsWith("503", await client.CommandAsync("RCPT TO:<c@example.com>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        Assert.Contains("sender=<a@spam.example> by policy public-mx, Deny by statement 0, before any recipient", Assert.Single(events.Texts(2017)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_transaction_has_its_own_sender()
    {
        await using var gateway = await Gateway.StartAsync(
            policy: [Deny(Text(PolicyStringAttribute.Recipient, "c@example.com"), Text(PolicyStringAttribute.MailFrom, "a@b.example"))]);
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        Assert.StartsWith("550 5.7.1 Not allowed", await client.CommandAsync("RCPT TO:<c@example.com>"), StringComparison.Ordinal);
        await client.CommandAsync("RSET");
        await client.CommandAsync("MAIL FROM:<>");
        Assert.StartsWith("250", await client.CommandAsync("RCPT TO:<c@example.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HELO_is_that_of_the_session()
    {
        await using var gateway = await Gateway.StartAsync(policy: [Deny(Text(PolicyStringAttribute.Helo, "bad.example"))]);
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("EHLO bad.example");
        Assert.StartsWith("550 5.7.1 Not allowed", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        await client.CommandAsync("EHLO good.example");
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_is_refused_with_the_statements_text()
    {
        await using var gateway = await Gateway.StartAsync(
            policy: [Deny(Text(PolicyStringAttribute.Recipient, "closed@example.com")) with { ReplyText = "Closed for good" }]);

        Assert.StartsWith("550 5.7.1 Closed for good (ref ", await gateway.SendAsync(Message, "a@b.example", "closed@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "open@example.com"), StringComparison.Ordinal);
    }

    private static PolicyStatement Deny(params PolicyCondition[] conditions) => new(AcceptAction.Deny, [.. conditions]);

    private static PolicyStringExpression Text(PolicyStringAttribute attribute, string value) =>
        new(new PolicyStringOperand.Attribute(attribute), StringOperator.Equals, [value]);
}
