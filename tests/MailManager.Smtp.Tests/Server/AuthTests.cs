using System.Text;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Sasl;
using MailManager.TestKit.Peers;

namespace MailManager.Smtp.Tests.Server;

/// <summary>AUTH over a socket.</summary>
public class SocketAuthTests() : AuthTests(Wire.Socket);

/// <summary>AUTH, each octet in a piece of its own.</summary>
public class OctetByOctetAuthTests() : AuthTests(Wire.OctetByOctet);

/// <summary>The AUTH command around a mechanism that asks for two words (RFC 4954).</summary>
public abstract class AuthTests(Wire wire)
{
    [Fact]
    public async Task Auth_is_neither_offered_nor_taken_in_clear_text()
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync();
        await client.ReadReplyAsync();

        Assert.DoesNotContain("AUTH", await client.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
        Assert.Equal("530 5.7.0 Must issue a STARTTLS command first", await client.CommandAsync("AUTH TWO b25l"));
        Assert.Equal("530 5.7.0 Must issue a STARTTLS command first", await client.CommandAsync("MAIL FROM:<a@b.example>"));
    }

    [Theory]
    [InlineData("AUTH TWO b25l", "334 bW9yZT8=", "dHdv")]
    [InlineData("auth two", "334 ", "b25l", "334 bW9yZT8=", "dHdv")]
    public async Task A_proved_identity_is_known_until_the_session_ends(string command, params string[] rest)
    {
        await using var server = await StartAsync();
        await using var client = await SecureAsync(server);

        var reply = await client.CommandAsync(command);
        for (var i = 0; i < rest.Length; i += 2)
        {
            Assert.Equal(rest[i], reply);
            reply = await client.CommandAsync(rest[i + 1]);
        }

        Assert.Equal("235 2.7.0 Authentication successful", reply);
        Assert.Equal("503 5.5.1 Already authenticated", await client.CommandAsync("AUTH TWO b25l"));
        Assert.DoesNotContain("AUTH", await client.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        Assert.Equal("one", server.Service.Identities[^1]);
        Assert.Equal("503 5.5.1 Bad sequence of commands", await client.CommandAsync("AUTH TWO b25l"));
    }

    [Theory]
    [InlineData("AUTH", "501 5.5.4 Syntax: AUTH mechanism [initial-response]")]
    [InlineData("AUTH TWO b25l x", "501 5.5.4 Syntax: AUTH mechanism [initial-response]")]
    [InlineData("AUTH NONE", "504 5.5.4 Authentication mechanism not offered here")]
    [InlineData("AUTH TWO b25", "501 5.5.2 Not valid base64")]
    [InlineData("AUTH TWO !", "501 5.5.2 Not valid base64")]
    [InlineData("AUTH TWO =", "535 5.7.8 Wrong")]
    public async Task A_bad_begin_leaves_the_session_as_it_was(string command, string reply)
    {
        await using var server = await StartAsync();
        await using var client = await SecureAsync(server);

        Assert.Equal(reply, await client.CommandAsync(command));
        Assert.Equal("530 5.7.0 Authentication required", await client.CommandAsync("MAIL FROM:<a@b.example>"));
        Assert.Equal("334 bW9yZT8=", await client.CommandAsync("AUTH TWO b25l"));
        Assert.StartsWith("235", await client.CommandAsync("dHdv"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", "501 5.7.0 Authentication cancelled")]
    [InlineData("d HdV", "501 5.5.2 Not valid base64")]
    [InlineData("MAIL FROM:<a@b.example>", "501 5.5.2 Not valid base64")]
    [InlineData("d3Jvbmc=", "535 5.7.8 Wrong")]
    public async Task A_bad_response_ends_the_exchange(string line, string reply)
    {
        await using var server = await StartAsync();
        await using var client = await SecureAsync(server);
        await client.CommandAsync("AUTH TWO b25l");

        Assert.Equal(reply, await client.CommandAsync(line));
        Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
        Assert.StartsWith("530", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_may_be_long_but_not_endless()
    {
        await using var server = await StartAsync();
        await using var client = await SecureAsync(server);
        await client.CommandAsync("AUTH TWO");
        Assert.Equal("535 5.7.8 Wrong", await client.CommandAsync(Convert.ToBase64String(new byte[9000])));
        await client.CommandAsync("AUTH TWO");

        await client.SendAsync(new string('A', 12_288));

        Assert.Equal("500 5.5.2 Line too long", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Other_commands_keep_their_own_length_where_auth_is_offered()
    {
        await using var server = await StartAsync();
        await using var client = await SecureAsync(server);

        Assert.Equal("500 5.5.2 Line too long", await client.CommandAsync("NOOP " + new string('x', 2048)));
        Assert.StartsWith("250", await client.CommandAsync("NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_pipelined_behind_a_response_is_answered_after_it()
    {
        await using var server = await StartAsync();
        await using var client = await SecureAsync(server);

        await client.SendAsync("AUTH TWO b25l\r\ndHdv\r\nMAIL FROM:<a@b.example>\r\n");

        Assert.StartsWith("334", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("235", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_auth_is_not_offered_it_does_not_exist()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await SecureAsync(server);

        Assert.Equal("500 5.5.2 Command not recognized", await client.CommandAsync("AUTH PLAIN"));
    }

    private Task<ServerFixture> StartAsync() =>
        ServerFixture.StartAsync(configure: options => options with { Authenticator = new TwoWords(), RequireAuthentication = true }, wire: wire);

    private static async Task<RawSmtpClient> SecureAsync(ServerFixture server)
    {
        var client = await server.GreetAsync();
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO c.example");
        return client;
    }

    /// <summary>Mechanism TWO: a name, then the word <c>two</c>. The second answer comes later, from another thread.</summary>
    private sealed class TwoWords : ISaslAuthenticator
    {
        public IReadOnlyList<string> Mechanisms(bool hasChannelBinding) => hasChannelBinding ? ["TWO-PLUS", "TWO"] : ["TWO"];

        public ISaslExchange? Begin(ReadOnlySpan<byte> mechanism, SaslPeer peer) => Ascii.EqualsIgnoreCase(mechanism, "TWO"u8) ? new Exchange() : null;

        private sealed class Exchange : ISaslExchange
        {
            private string? _name;

            public async ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
            {
                if (response is not { } octets)
                {
                    return SaslStep.Continue(default);
                }

                var text = Encoding.ASCII.GetString(octets.Span);
                if (_name is null && text == "one")
                {
                    _name = text;
                    return SaslStep.Continue("more?"u8.ToArray());
                }

                await Task.Yield();
                return _name is not null && text == "two" ? SaslStep.Succeed(_name) : SaslStep.Fail(new SmtpReply(535, new EnhancedStatus(5, 7, 8), "Wrong"));
            }
        }
    }
}
