using System.Net;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests;

/// <summary>Real Exim, OpenSMTPD and Dovecot (LMTP) behind the gateway: TLS with a checked certificate and AUTH where they can be had, and what becomes of messages.</summary>
public class MailServerTests
{
    private const string Sender = "sender@example.com";

    /// <summary>Before each message: with these, no server has a field to add at the end of the header.</summary>
    private const string Start = "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <1@example.com>\r\nFrom: <sender@example.com>\r\n";

    public static TheoryData<string, string> Messages()
    {
        var rows = new TheoryData<string, string>();
        foreach (var server in (string[])["exim", "opensmtpd", "dovecot"])
        {
            foreach (var row in PostfixTests.Messages)
            {
                rows.Add(server, row.Data.Item1);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task What_it_delivers_is_what_was_sent(string name, string messageName)
    {
        var message = PostfixTests.Messages.Single(row => row.Data.Item1 == messageName).Data.Item2;
        using var directory = new TemporaryDirectory();
        await using var server = await MailServer.StartAsync(name, Path.Combine(directory.Path, name));
        await using var gateway = await StartAsync(directory.Path, name, server);

        await SendAsync(gateway, message, "", "user@example.com");

        var delivered = (await server.WaitForMessagesAsync(1)).Single();
        var start = delivered.IndexOf(Start[..10], StringComparison.Ordinal);
        Assert.True(delivered[start..] == (Start + message).Replace("\r\n", "\n", StringComparison.Ordinal), $"{name}, {messageName}: the octets differ.");
        Assert.Contains("X-Gateway: MailManager", delivered[..start], StringComparison.Ordinal);
        Assert.Contains(
            name switch { "exim" => "with esmtpsa", "opensmtpd" => "by opensmtpd.test (OpenSMTPD) with ESMTP", _ => "with LMTPS" }, delivered[..start], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exim")]
    [InlineData("opensmtpd")]
    [InlineData("dovecot")]
    public async Task Of_three_recipients_the_refused_one_alone_is_bounced(string name)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await MailServer.StartAsync(name, Path.Combine(directory.Path, name));
        await using var gateway = await StartAsync(directory.Path, name, server);

        await SendAsync(gateway, "Subject: for three\r\n\r\nText.\r\n", "", "user@example.com", "unknown@example.com", "second@example.com");

        // The notification goes to the sender, whose mailbox is there too; Dovecot knows no such user.
        var delivered = await server.WaitForMessagesAsync(name == "dovecot" ? 2 : 3);
        Assert.Equal(2, delivered.Count(text => text.Contains("\nSubject: for three\n\nText.\n", StringComparison.Ordinal)));
        if (name != "dovecot")
        {
            var report = Assert.Single(delivered, text => text.Contains("multipart/report", StringComparison.Ordinal));
            Assert.Contains("Final-Recipient: rfc822; unknown@example.com\nAction: failed\n", report, StringComparison.Ordinal);
            Assert.Equal(1, report.Split("Final-Recipient:").Length - 1);
        }

        var line = await gateway.Process.LineAsync("[4001]");
        Assert.Contains("550", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mailbox_that_is_full_is_retried_while_the_others_have_the_message()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await MailServer.StartAsync("dovecot", Path.Combine(directory.Path, "dovecot"));
        await using var gateway = await StartAsync(directory.Path, "dovecot", server);

        await SendAsync(gateway, "Subject: for three\r\n\r\nText.\r\n", "", "user@example.com", "full@example.com", "second@example.com");

        // RCPT takes all of them; only the replies to the content tell (RFC 2033 §4.2). The second attempt is for one.
        var lines = await gateway.Process.LinesAsync("[4001]", 2);
        Assert.Contains("452 4.2.2", lines[0], StringComparison.Ordinal);
        Assert.Contains("1 of 3", lines[0], StringComparison.Ordinal);
        Assert.Contains("1 of 1", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, (await server.WaitForMessagesAsync(2)).Count);
    }

    [Fact]
    public async Task What_the_sender_asked_to_be_notified_of_goes_on()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await MailServer.StartAsync("exim", Path.Combine(directory.Path, "exim"));
        await using var gateway = await StartAsync(directory.Path, "exim", server);

        await SendAsync(gateway, "Subject: notify\r\n\r\nText.\r\n", " RET=HDRS ENVID=ab+2Bc", "user@example.com> NOTIFY=SUCCESS ORCPT=rfc822;first@example.com");

        // Exim's own notification, for it is the last one to have the message.
        var report = Assert.Single(await server.WaitForMessagesAsync(2), text => text.Contains("multipart/report", StringComparison.Ordinal));
        Assert.Contains("Original-Envelope-Id: ab+2Bc", report, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("first@example.com", report, StringComparison.Ordinal);
        Assert.Contains("Action: delivered", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_defers_and_is_named()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await MailServer.StartAsync("exim", Path.Combine(directory.Path, "exim"));
        await using var gateway = await StartAsync(directory.Path, "exim", server, "wrong");

        await SendAsync(gateway, "Subject: no\r\n\r\n", "", "user@example.com");

        Assert.Contains("535", await gateway.Process.LineAsync("[4001]"), StringComparison.Ordinal);
    }

    private static Task<GatewayProcess> StartAsync(string directory, string name, MailServer server, string password = "pass word")
    {
        var tls = $"Tls: REQUIRED\n    TlsOptions: {{ TrustedRootsFile: '{server.Certificate}' }}";
        return name switch
        {
            "exim" => GatewayProcess.StartAsync(directory, server.Port, tls, login: $"username: gateway, password: {password}"),
            "opensmtpd" => GatewayProcess.StartAsync(directory, server.Port, "Tls: NONE"),
            _ => GatewayProcess.StartAsync(directory, server.Port, $"Protocol: LMTP\n    {tls}"),
        };
    }

    /// <param name="gateway">Where to.</param>
    /// <param name="message">What follows <see cref="Start"/>, before dots are stuffed.</param>
    /// <param name="options">Behind the reverse-path.</param>
    /// <param name="recipients">Addresses; what follows <c>&gt;</c> are options.</param>
    private static async Task SendAsync(GatewayProcess gateway, string message, string options, params string[] recipients)
    {
        await using var client = await RawSmtpClient.GreetAsync(new IPEndPoint(IPAddress.Loopback, gateway.Port));
        Assert.StartsWith("250", await client.CommandAsync($"MAIL FROM:<{Sender}> BODY=8BITMIME{options}"), StringComparison.Ordinal);
        foreach (var recipient in recipients)
        {
            Assert.StartsWith("250", await client.CommandAsync($"RCPT TO:<{recipient}{(recipient.Contains('>', StringComparison.Ordinal) ? "" : ">")}"), StringComparison.Ordinal);
        }

        var stuffed = Start + message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        Assert.StartsWith("250", await client.DataAsync(stuffed + ".\r\n"), StringComparison.Ordinal);
    }
}
