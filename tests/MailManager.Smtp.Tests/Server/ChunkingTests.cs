using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;

namespace MailManager.Smtp.Tests.Server;

/// <summary>BDAT over a socket.</summary>
public class SocketChunkingTests() : ChunkingTests(Wire.Socket);

/// <summary>BDAT, each octet in a piece of its own.</summary>
public class OctetByOctetChunkingTests() : ChunkingTests(Wire.OctetByOctet);

/// <summary>RFC 3030, and what went wrong with it elsewhere.</summary>
public abstract class ChunkingTests(Wire wire)
{
    [Fact]
    public async Task Chunks_make_one_message()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);

        await client.SendAsync("BDAT 12\r\nSubject: x\r\nBDAT 0\r\nBDAT 9\r\n\r\n.\r\n.\r\nx");
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await client.CommandAsync("BDAT 0 LAST"));

        Assert.Contains("data Subject: x\r\n\r\n.\r\n.\r\nx", server.Service.Events);
        Assert.StartsWith("503", await client.CommandAsync("RCPT TO:<c@d.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_last_chunk_alone_is_an_empty_message()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);

        Assert.Equal("250 2.0.0 Ok", await client.CommandAsync("BDAT 0 LAST"));
        Assert.Contains("data ", server.Service.Events);
    }

    [Fact]
    public async Task A_line_end_may_be_cut_between_chunks()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);

        await client.SendAsync("BDAT 2\r\na\rBDAT 3 LAST\r\n\nb\r");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);

        Assert.Equal("550 5.6.11 Message holds a bare CR, a bare LF or a NUL", await client.ReadReplyAsync());
        await BeginAgainAsync(client);
        await client.SendAsync("BDAT 2\r\na\rBDAT 3 LAST\r\n\nbc");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Contains("data a\r\nbc", server.Service.Events);
    }

    [Theory]
    [InlineData("BDAT 18446744073709551616 LAST")]
    [InlineData("BDAT 9223372036854775808")]
    [InlineData("BDAT -1")]
    [InlineData("BDAT +5")]
    [InlineData("BDAT 5x")]
    [InlineData("BDAT 0x5")]
    [InlineData("BDAT")]
    [InlineData("BDAT LAST")]
    [InlineData("BDAT 5 LAST x")]
    [InlineData("BDAT 5 FIRST")]
    public async Task A_chunk_whose_end_nobody_knows_ends_the_session(string command)
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);

        await client.SendAsync(command + "\r\nMAIL FROM:<evil@x.example>\r\n");

        Assert.Equal("501 5.5.4 Syntax: BDAT octets [LAST]", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("mail evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_chunk_is_read_past_and_never_taken_for_commands()
    {
        var service = new RecordingService { OnRecipient = _ => Task.FromResult(new SmtpReply(550, new EnhancedStatus(5, 1, 1), "No")) };
        await using var server = await ServerFixture.StartAsync(service, wire: wire);
        await using var client = await server.GreetAsync();

        await client.SendAsync("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 21 LAST\r\nMAIL FROM:<e@x.test>\nNOOP\r\n");

        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("550", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("503 5.5.1 Need an accepted RCPT before DATA", await client.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("mail e@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_chunk_that_cannot_be_taken_ends_the_transaction_and_all_of_its_recipients()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);

        await client.SendAsync("BDAT 3\r\na\0bBDAT 4 LAST\r\nmore");

        Assert.Equal("550 5.6.11 Message holds a bare CR, a bare LF or a NUL", await client.ReadReplyAsync());
        Assert.Equal("503 5.5.1 Need MAIL before this command", await client.ReadReplyAsync());
        Assert.StartsWith("250", await client.CommandAsync("MAIL FROM:<a2@b.example>"), StringComparison.Ordinal);
        Assert.StartsWith("503", await client.CommandAsync("BDAT 0 LAST"), StringComparison.Ordinal);
        Assert.StartsWith("503", await client.CommandAsync("DATA"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_larger_than_allowed_is_refused_with_the_chunk_that_makes_it_so()
    {
        var service = new RecordingService { MaxMessageSize = 10 };
        await using var server = await ServerFixture.StartAsync(service, wire: wire);
        await using var client = await BeginAsync(server);

        await client.SendAsync("BDAT 8\r\n12345678BDAT 8 LAST\r\n12345678NOOP\r\n");

        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("552 5.3.4 Message is larger than allowed here", await client.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_chunk_larger_than_any_message_is_not_worth_the_reading()
    {
        var service = new RecordingService { MaxMessageSize = 10 };
        await using var server = await ServerFixture.StartAsync(service, wire: wire);
        await using var client = await BeginAsync(server);

        Assert.Equal("552 5.3.4 Message is larger than allowed here", await client.CommandAsync("BDAT 11"));
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Theory]
    [InlineData("DATA", "503 5.5.1 The message was begun with BDAT")]
    [InlineData("RCPT TO:<c@d.example>", "503 5.5.1 The message was begun with BDAT")]
    [InlineData("MAIL FROM:<a@b.example>", "503 5.5.1 Sender already given")]
    [InlineData("STARTTLS", "503 5.5.1 Bad sequence of commands")]
    public async Task Within_a_message_other_commands_wait(string command, string reply)
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);
        await client.SendAsync("BDAT 3\r\na\r\n");
        await client.ReadReplyAsync();

        Assert.Equal(reply, await client.CommandAsync(command));
        await client.SendAsync("BDAT 3 LAST\r\nb\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Contains("data a\r\nb\r\n", server.Service.Events);
    }

    [Fact]
    public async Task A_reset_between_chunks_forgets_the_message()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await BeginAsync(server);
        await client.SendAsync("BDAT 3\r\nold");
        await client.ReadReplyAsync();

        Assert.StartsWith("250", await client.CommandAsync("RSET"), StringComparison.Ordinal);
        await BeginAgainAsync(client);
        await client.SendAsync("BDAT 3 LAST\r\nnew");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Contains("data new", server.Service.Events);
    }

    [Fact]
    public async Task Binary_content_comes_by_chunks_only_and_any_octet_is_allowed_after_the_header()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example> BODY=BINARYMIME");
        await client.CommandAsync("RCPT TO:<c@d.example>");

        Assert.Equal("503 5.5.1 BODY=BINARYMIME needs BDAT", await client.CommandAsync("DATA"));
        await client.SendAsync("BDAT 12 LAST\r\nA: b\r\n\r\n\0\n\r.");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Contains("data A: b\r\n\r\n\0\n\r.", server.Service.Events);
    }

    [Theory]
    [InlineData("A: b\nB: c\r\n\r\n")]
    [InlineData("A: b\rB: c\r\n\r\n")]
    [InlineData("A: \0\r\n\r\nxxx")]
    public async Task A_binary_message_has_a_header_of_lines_all_the_same(string content)
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example> BODY=BINARYMIME");
        await client.CommandAsync("RCPT TO:<c@d.example>");

        await client.SendAsync($"BDAT {content.Length} LAST\r\n{content}");
        Assert.StartsWith("550 5.6.11", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    private static async Task<RawSmtpClient> BeginAsync(ServerFixture server)
    {
        var client = await server.GreetAsync();
        await BeginAgainAsync(client);
        return client;
    }

    private static async Task BeginAgainAsync(RawSmtpClient client)
    {
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
    }
}
