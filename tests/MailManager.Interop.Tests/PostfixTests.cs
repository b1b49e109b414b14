using System.Net;
using System.Text;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests;

/// <summary>Postfix's tools before and a real Postfix behind the gateway.</summary>
public class PostfixTests
{
    /// <summary>Name, and message as sent, before dots are stuffed.</summary>
    public static TheoryData<string, string> Messages { get; } = new()
    {
        { "dot lines", "Subject: dots\r\n\r\n.\r\n..\r\n.x\r\ny.\r\n...\r\n" },
        { "8-bit", "Subject: eight\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncaf\u00e9 \u0080\u00ff\r\n" },
        { "empty body", "Subject: empty\r\n\r\n" },
        { "998 octets", $"Subject: long\r\n\r\n{new string('l', 998)}\r\n{new string('m', 998)}\r\n" },
        { "10 MB", "Subject: large\r\n\r\n" + string.Concat(Enumerable.Range(0, 160_000).Select(i => $"{i:D8} 0123456789 0123456789 0123456789 0123456789 012345\r\n")) },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task What_postfix_delivers_is_what_was_sent(string name, string message)
    {
        using var directory = new TemporaryDirectory();
        await using var postfix = await PostfixInstance.StartAsync(Path.Combine(directory.Path, "postfix"));
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, postfix.Port);
        await using var client = await RawSmtpClient.GreetAsync(new IPEndPoint(IPAddress.Loopback, gateway.Port));
        await client.CommandAsync("MAIL FROM:<sender@outside.example> BODY=8BITMIME");
        await client.CommandAsync("RCPT TO:<user@example.com>");

        var reply = await client.DataAsync(Stuff(message) + ".\r\n");

        Assert.StartsWith("250", reply, StringComparison.Ordinal);
        var delivered = (await postfix.WaitForMessagesAsync(1)).Single();
        var header = delivered[..delivered.IndexOf("Subject: ", StringComparison.Ordinal)];
        var received = header.Split('\n').Where(line => line.Length > 0 && !char.IsWhiteSpace(line[0])).Select(line => line.Split(':')[0]);
        Assert.Equal(["Return-Path", "X-Original-To", "Delivered-To", "Received", "X-Gateway", "Received"], received);
        Assert.True(delivered[header.Length..] == message.Replace("\r\n", "\n", StringComparison.Ordinal), $"{name}: the octets differ.");
    }

    [Fact]
    public async Task Swaks_reaches_postfix_with_tls_on_both_ways()
    {
        using var directory = new TemporaryDirectory();
        await using var postfix = await PostfixInstance.StartAsync(Path.Combine(directory.Path, "postfix"));
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, postfix.Port);

        var dialogue = await ChildProcess.RunAsync(
            0, "swaks", "--server", $"127.0.0.1:{gateway.Port}", "--tls", "--helo", "swaks.example", "--from", "sender@outside.example",
            "--to", "user@example.com,second@example.com", "--header", "Subject: by swaks", "--body", "body of swaks");

        Assert.Contains("TLS started with cipher TLSv1.3", dialogue, StringComparison.Ordinal);
        var delivered = await postfix.WaitForMessagesAsync(2);
        Assert.All(delivered, text =>
        {
            Assert.Contains("Return-Path: <sender@outside.example>", text, StringComparison.Ordinal);
            Assert.Contains("(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\n\tby mx.example.com (MailManager) with ESMTPS", text, StringComparison.Ordinal);
            Assert.Contains("using TLSv1.3 with cipher", text[..text.IndexOf("by postfix.test", StringComparison.Ordinal)], StringComparison.Ordinal);
            Assert.Contains("body of swaks", text, StringComparison.Ordinal);
        });
        Assert.Contains(delivered, text => text.Contains("Delivered-To: second@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_must_prove_its_name_gets_nothing_with_an_unknown_certificate()
    {
        using var directory = new TemporaryDirectory();
        await using var postfix = await PostfixInstance.StartAsync(Path.Combine(directory.Path, "postfix"));
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, postfix.Port, "Tls: REQUIRED");

        await ChildProcess.RunAsync(
            0, "swaks", "--server", $"127.0.0.1:{gateway.Port}", "--from", "sender@outside.example", "--to", "user@example.com", "--helo", "swaks.example");

        await gateway.Process.LineAsync("[4001]");
        Assert.False(Directory.Exists(Path.Combine(directory.Path, "postfix", "mail", "inbox", "new")));
    }

    [Theory]
    [InlineData("-s 10 -m 1000 -l 10240 -d")]
    [InlineData("-s 5 -m 200 -l 1024")]
    [InlineData("-s 4 -m 100 -l 204800 -d")]
    [InlineData("-s 2 -m 100 -r 10 -d")]
    public async Task All_of_smtp_source_reaches_smtp_sink(string load)
    {
        using var directory = new TemporaryDirectory();
        var port = FreePort.Next();
        await using var sink = ChildProcess.Start(Programs.SmtpSink, "-u", "nobody", "-c", $"127.0.0.1:{port}", "100");
        await FreePort.AnswersAsync(port, sink);
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, port);

        await ChildProcess.RunAsync(
            0, Programs.SmtpSource, [.. load.Split(' '), "-f", "load@outside.example", "-t", "user@example.com", $"127.0.0.1:{gateway.Port}"]);

        // Stopping waits for running deliveries only, so what counts is that everything comes without being sent again.
        var expected = int.Parse(load.Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
        await gateway.DeliveredAsync(expected);
        Assert.Equal(0, await gateway.TerminateAsync());
    }

    private static string Stuff(string message)
    {
        var stuffed = new StringBuilder(message.StartsWith('.') ? "." : "");
        return stuffed.Append(message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal)).ToString();
    }
}
