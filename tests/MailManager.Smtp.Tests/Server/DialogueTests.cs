using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;
using MailManager.Smtp.Tests.Framing;
using MailManager.TestKit.Peers;

namespace MailManager.Smtp.Tests.Server;

/// <summary>Dialogues over a socket.</summary>
public class SocketDialogueTests() : DialogueTests(Wire.Socket);

/// <summary>The same dialogues, each octet in a piece of its own.</summary>
public class OctetByOctetDialogueTests() : DialogueTests(Wire.OctetByOctet);

public abstract class DialogueTests(Wire wire)
{
    [Fact]
    public async Task A_whole_transaction_is_answered_step_by_step()
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync();

        Assert.Equal("220 mx.example ESMTP", await client.ReadReplyAsync());
        Assert.Equal(
            "250-mx.example\n250-PIPELINING\n250-SIZE 100000\n250-8BITMIME\n250-SMTPUTF8\n250-CHUNKING\n250-BINARYMIME\n250-DSN\n250-ENHANCEDSTATUSCODES\n"
            + "250-LIMITS MAILMAX=1000 RCPTMAX=100\n250 STARTTLS",
            await client.CommandAsync("EHLO client.example"));
        Assert.Equal("250 2.1.0 Sender ok", await client.CommandAsync("MAIL FROM:<a@b.example>"));
        Assert.Equal("250 2.1.5 Recipient ok", await client.CommandAsync("RCPT TO:<c@d.example>"));
        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("Subject: x\r\n\r\n..dot\r\n.\r\n"));
        Assert.Equal("221 2.0.0 Goodbye", await client.CommandAsync("QUIT"));
        Assert.Equal("", await client.ReadReplyAsync());
        await server.Service.Closed.Task;
        Assert.Equal(
            ["mail a@b.example helo=client.example tls=False", "rcpt c@d.example", "data Subject: x\r\n\r\n.dot\r\n", "close"], server.Service.Events);
    }

    [Fact]
    public async Task Commands_that_arrive_together_are_all_answered_in_order()
    {
        await using var server = await StartAsync();
        await using var client = await server.GreetAsync();

        await client.SendAsync("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<bad>\r\nDATA\r\n");

        Assert.Equal("250 2.1.0 Sender ok", await client.ReadReplyAsync());
        Assert.Equal("250 2.1.5 Recipient ok", await client.ReadReplyAsync());
        Assert.StartsWith("553", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("354", await client.ReadReplyAsync(), StringComparison.Ordinal);
        await client.SendAsync("x\r\n.\r\nNOOP\r\nQUIT\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("221", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MAIL FROM:<a@b.example>", "503 5.5.1 Say EHLO or HELO first")]
    [InlineData("RCPT TO:<a@b.example>", "503 5.5.1 Say EHLO or HELO first")]
    [InlineData("DATA", "503 5.5.1 Say EHLO or HELO first")]
    [InlineData("STARTTLS", "503 5.5.1 Say EHLO or HELO first")]
    [InlineData("EHLO", "501 5.5.4 EHLO and HELO need a domain name or address literal")]
    [InlineData("EHLO bad name", "501 5.5.4 EHLO and HELO need a domain name or address literal")]
    [InlineData("HELO client.example", "250 mx.example")]
    [InlineData("NOOP", "250 2.0.0 Ok")]
    [InlineData("RSET", "250 2.0.0 Ok")]
    [InlineData("VRFY root", "252 2.5.2 Cannot verify, but will take messages for valid recipients")]
    [InlineData("EXPN list", "502 5.5.1 Command not implemented")]
    [InlineData("AUTH PLAIN", "503 5.5.1 Say EHLO or HELO first")]
    [InlineData("LHLO client.example", "500 5.5.2 Command not recognized")]
    [InlineData("XCLIENT ADDR=192.0.2.7", "500 5.5.2 Command not recognized")]
    [InlineData("BDAT 0 LAST", "503 5.5.1 Say EHLO or HELO first")]
    [InlineData("", "500 5.5.2 Command not recognized")]
    public async Task A_first_command_gets_its_reply(string command, string reply)
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync();
        await client.ReadReplyAsync();

        Assert.Equal(reply, await client.CommandAsync(command));
        Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("POST / HTTP/1.1")]
    [InlineData("CONNECT mx.example:25 HTTP/1.1")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 25")]
    public async Task Another_protocol_ends_the_session(string line)
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync();
        await client.ReadReplyAsync();

        Assert.Equal("554 5.5.1 This is a mail server and speaks SMTP only", await client.CommandAsync(line));
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Data_needs_mail_and_an_accepted_recipient()
    {
        var service = new RecordingService { OnRecipient = _ => Task.FromResult(new SmtpReply(550, new EnhancedStatus(5, 7, 1), "No")) };
        await using var server = await StartAsync(service);
        await using var client = await server.GreetAsync();

        Assert.Equal("503 5.5.1 Need MAIL before this command", await client.CommandAsync("DATA"));
        Assert.Equal("503 5.5.1 Need MAIL before this command", await client.CommandAsync("RCPT TO:<c@d.example>"));
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        Assert.Equal("503 5.5.1 Sender already given", await client.CommandAsync("MAIL FROM:<x@b.example>"));
        Assert.Equal("550 5.7.1 No", await client.CommandAsync("RCPT TO:<c@d.example>"));
        Assert.Equal("503 5.5.1 Need an accepted RCPT before DATA", await client.CommandAsync("DATA"));
    }

    [Fact]
    public async Task A_refused_sender_opens_no_transaction()
    {
        var service = new RecordingService { OnMail = path => Task.FromResult(path == "bad@b.example" ? new SmtpReply(550, "No") : StandardReplies.SenderOk) };
        await using var server = await StartAsync(service);
        await using var client = await server.GreetAsync();

        Assert.Equal("550 No", await client.CommandAsync("MAIL FROM:<bad@b.example>"));
        Assert.StartsWith("503", await client.CommandAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RSET")]
    [InlineData("EHLO again.example")]
    [InlineData("HELO again.example")]
    public async Task After_a_reset_mail_is_needed_again(string command)
    {
        await using var server = await StartAsync();
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");

        await client.CommandAsync(command);

        Assert.StartsWith("503", await client.CommandAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);
        Assert.StartsWith("503", await client.CommandAsync("DATA"), StringComparison.Ordinal);
        Assert.Contains("reset", server.Service.Events);
    }

    [Fact]
    public async Task After_refused_data_the_next_message_starts_from_nothing()
    {
        await using var server = await StartAsync();
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");

        Assert.Equal("550 5.6.11 Message holds a bare CR, a bare LF or a NUL", await client.DataAsync("a\nb\r\n.\r\n"));

        Assert.StartsWith("503", await client.CommandAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);
        Assert.StartsWith("503", await client.CommandAsync("DATA"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(DataScannerTests.FalseEnds), MemberType = typeof(DataScannerTests))]
    public async Task A_smuggled_message_never_becomes_a_second_one(string falseEnd)
    {
        await using var server = await StartAsync();
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        await client.CommandAsync("DATA");

        await client.SendAsync(System.Text.Encoding.UTF8.GetBytes(
            "body" + falseEnd + "MAIL FROM:<evil@x.example>\r\nRCPT TO:<v@y.example>\r\nDATA\r\nsmuggled\r\n.\r\nQUIT\r\n"));
        await client.ReadToEndAsync();

        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("mail evil", StringComparison.Ordinal));
        Assert.Single(server.Service.Events, text => text.StartsWith("data", StringComparison.Ordinal) || text.StartsWith("faulty", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_size_over_the_limit_is_refused_at_mail()
    {
        await using var server = await StartAsync();
        await using var client = await server.GreetAsync();

        Assert.Equal("552 5.3.4 Message is larger than allowed here", await client.CommandAsync("MAIL FROM:<a@b.example> SIZE=100001"));
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a@b.example> SIZE=100000"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_over_the_limit_are_deferred_and_the_others_kept()
    {
        await using var server = await StartAsync(configure: options => options with { Limits = new SessionLimits { Recipients = 2 } });
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<1@d.example>");
        await client.CommandAsync("RCPT TO:<2@d.example>");

        Assert.Equal("452 4.5.3 Too many recipients", await client.CommandAsync("RCPT TO:<3@d.example>"));
        Assert.Equal("250 2.0.0 Ok", await client.DataAsync("x\r\n.\r\n"));
    }

    [Fact]
    public async Task Too_many_errors_end_the_session()
    {
        await using var server = await StartAsync(configure: options => options with { Limits = new SessionLimits { Errors = 3 } });
        await using var client = await server.GreetAsync();

        await client.SendAsync("X\r\nX\r\nX\r\nNOOP\r\n");

        Assert.StartsWith("500", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("500", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("500", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("421 4.7.0 Too many errors in this session", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task An_endless_command_line_ends_the_session()
    {
        await using var server = await StartAsync();
        await using var client = await server.GreetAsync();

        await client.SendAsync(new string('x', 2048));

        Assert.Equal("500 5.5.2 Line too long", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_refused_connection_hears_why_and_is_closed()
    {
        await using var server = await StartAsync(new RecordingService { Greeting = new SmtpReply(554, new EnhancedStatus(5, 7, 1), "Not you") });
        await using var client = await server.ConnectAsync();

        Assert.Equal("554 5.7.1 Not you", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_connection_over_the_limit_is_turned_away_until_another_has_ended()
    {
        await using var server = await StartAsync(limits: new SessionGovernorOptions { Sessions = 1 });
        await using (var first = await server.GreetAsync())
        {
            await using var second = await server.ConnectAsync();
            Assert.Equal("421 4.3.2 Too many sessions, try again later", await second.ReadReplyAsync());
            Assert.Equal("", await second.ReadReplyAsync());
            await first.CommandAsync("QUIT");
        }

        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        while (server.Server.OpenSessions > 0)
        {
            await Task.Yield();
        }

        await using var third = await server.ConnectAsync();
        Assert.Equal("220 mx.example ESMTP", await third.ReadReplyAsync());
    }

    [Fact]
    public async Task A_session_that_cannot_be_opened_does_not_end_the_listener()
    {
        var service = new RecordingService { FailsToOpen = true };
        await using var server = await StartAsync(service);
        await using (var refused = await server.ConnectAsync())
        {
            Assert.Equal("", await refused.ReadReplyAsync());
        }

        service.FailsToOpen = false;
        await using var client = await server.ConnectAsync();
        Assert.Equal("220 mx.example ESMTP", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_client_that_vanishes_in_its_data_leaves_no_message()
    {
        await using var server = await StartAsync();
        var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        await client.CommandAsync("DATA");
        await client.SendAsync("half a mess");
        client.Reset();

        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(["mail a@b.example helo=client.example tls=False", "rcpt c@d.example", "reset", "close"], server.Service.Events);
    }

    private Task<ServerFixture> StartAsync(
        RecordingService? service = null, Func<SmtpServerOptions, SmtpServerOptions>? configure = null, SessionGovernorOptions? limits = null) =>
        ServerFixture.StartAsync(service, configure, limits, wire: wire);
}
