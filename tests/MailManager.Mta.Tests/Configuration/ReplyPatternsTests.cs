using System.Diagnostics.CodeAnalysis;
using System.Text;
using MailManager.Delivery.Shaping;
using MailManager.Mta.Configuration;
using MailManager.Smtp.Client;

namespace MailManager.Mta.Tests.Configuration;

/// <summary>Reply patterns: those that come with the program, and those of an operator.</summary>
public class ReplyPatternsTests
{
    private const string Own = """
        Delivery:
          ReplyPatterns:
            - Match: ["mx:example.net", "host:*.example.org"]
              Reply: '^450 4\.2\.2 '
              Phase: RCPT
              Action: { Outcome: BOUNCE }
            - Match: [relay:out]
              Reply: busy
              Action:
                RetryAfter: 10m
                Suspend: 5m
                Congested: true
                CloseConnection: true
                MaxConnections: 2
                MaxMessagesPerConnection: 3
                LimitTime: 2h
        Relays:
          - RelayName: out
            ServerName: 127.0.0.1
            ServerPort: 25
            Authentication: { NoAuthentication: {} }
        """;

    [Theory]
    [InlineData("aspmx.l.google.com", "421 4.7.28 [192.0.2.1] unusual rate", "suspend")]
    [InlineData("gmail-smtp-in.l.google.com", "421 4.7.0 Our system has detected an unusual rate of unsolicited mail", "suspend")]
    [InlineData("aspmx.l.google.com", "421 4.7.0 Try again later, closing connection.", "congested")]
    [InlineData("aspmx.l.google.com", "450 4.2.1 receiving mail too quickly", "retry")]
    [InlineData("aspmx.l.google.com", "552 5.2.2 over quota", "retry")]
    [InlineData("aspmx.l.google.com", "550 5.1.1 no such account", "")]
    [InlineData("aspmx.l.google.com", "550 5.7.26 unauthenticated", "")]
    [InlineData("example-com.mail.protection.outlook.com", "451 4.7.650 rate limited due to IP reputation", "suspend")]
    [InlineData("outlook-com.olc.protection.outlook.com", "421 RP-001 rate limit", "suspend")]
    [InlineData("example-com.mail.protection.outlook.com", "451 4.7.500 Server busy", "congested")]
    [InlineData("example-com.mail.protection.outlook.com", "550 5.1.10 not found", "")]
    [InlineData("mta5.am0.yahoodns.net", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "suspend")]
    [InlineData("mta5.am0.yahoodns.net", "451 Resources temporarily not available", "congested")]
    [InlineData("mta5.am0.yahoodns.net", "554 5.7.9 not accepted for policy reasons", "")]
    [InlineData("mx01.mail.icloud.com", "421 4.7.1 Messages deferred due to excessive volume", "congested")]
    [InlineData("mx01.mail.icloud.com", "550 5.7.1 [CS01] Message rejected due to local policy", "")]
    [InlineData("mx.example.net", "550 5.7.1 Greylisted, come back", "retry")]
    [InlineData("mx.example.net", "421 4.7.28 not Google", "")]
    public void Replies_of_big_providers_are_known(string host, string reply, string expected)
    {
        var action = ShippedReplyPatterns.All.FirstOrDefault(pattern => pattern.Phase is null
            && (pattern.Hosts.Any(one => one.Covers(host)) || pattern.Destinations.Any(one => one.Covers("mx:example.com")))
            && pattern.Reply.IsMatch(reply))?.Action;
        Assert.Equal(expected, action switch
        {
            null => "",
            { Suspend: not null } => "suspend",
            { Congested: true } => "congested",
            { Outcome: ReplyOutcome.Retry } => "retry",
            _ => "?",
        });
    }

    [Fact]
    public void Own_patterns_come_before_those_that_come_with_the_program()
    {
        var patterns = Load(Own).DeliverySettings.ReplyPatterns;
        Assert.Equal(2 + ShippedReplyPatterns.All.Length, patterns.Length);
        Assert.Equal(SmtpPhase.Recipient, patterns[0].Phase);
        Assert.Equal((1, 1), (patterns[0].Destinations.Length, patterns[0].Hosts.Length));
        Assert.Equal(new ReplyAction { Outcome = ReplyOutcome.Bounce }, patterns[0].Action);
        Assert.Equal(
            new ReplyAction
            {
                RetryAfter = TimeSpan.FromMinutes(10),
                Suspend = TimeSpan.FromMinutes(5),
                Congested = true,
                CloseConnection = true,
                MaxConnections = 2,
                MaxMessagesPerConnection = 3,
                LimitTime = TimeSpan.FromHours(2),
            },
            patterns[1].Action);
    }

    [Theory]
    [InlineData("Node: {}", true)]
    [InlineData("Delivery: {}", true)]
    [InlineData("Delivery: { ShippedReplyPatterns: false }", false)]
    public void Those_that_come_with_the_program_can_be_left_out(string text, bool expected) =>
        Assert.Equal(expected ? ShippedReplyPatterns.All : [], Load(text).DeliverySettings.ReplyPatterns);

    [Theory]
    [InlineData("{ Match: [example.com], Reply: a, Action: {} }", "Match[0]: 'example.com' is not relay:NAME, mx:DOMAIN, mx:*.DOMAIN or mx:*")]
    [InlineData("{ Match: ['host:a b'], Reply: a, Action: {} }", "Match[0]: 'a b' is not a domain name")]
    [InlineData("{ Match: ['mx:*'], Reply: '(?=a)', Action: {} }", "Reply: ")]
    [InlineData("{ Match: ['mx:*'], Reply: a }", "Action is missing")]
    [InlineData("{ Match: ['mx:*'], Reply: a, Phase: QUIT, Action: {} }", "Phase: 'QUIT' is not one of CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, MESSAGE")]
    [InlineData("{ Match: ['mx:*'], Reply: a, Action: { Outcome: BOUNCE, RetryAfter: 1m } }", "Action: what bounces is not tried again; RetryAfter does not go with it")]
    [InlineData("{ Match: ['mx:*'], Reply: a, Action: { Suspend: 2d } }", "Action.Suspend: '2d' is not from 1s to 1d")]
    public void What_is_wrong_is_told(string entry, string expected)
    {
        var result = Read($"Delivery: {{ ReplyPatterns: [{entry}] }}");
        Assert.Contains(expected, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "A stream over memory holds nothing.")]
    private static ConfigurationResult Read(string text) => ConfigurationFile.Load(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test.yaml");

    private static LoadedConfiguration Load(string text)
    {
        var result = Read(text);
        Assert.Empty(result.Errors);
        return result.Configuration!;
    }
}
