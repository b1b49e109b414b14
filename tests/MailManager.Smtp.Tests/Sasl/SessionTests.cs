using System.Security.Cryptography;
using System.Text;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Tests.Server;
using MailManager.TestKit.Peers;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>Each mechanism in a session over TLS.</summary>
public class SessionTests
{
    private const string Success = "235 2.7.0 Authentication successful";

    private static readonly string[] Mechanisms = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"];

    [Fact]
    public async Task Ehlo_lists_the_mechanisms_best_first()
    {
        await using var server = await StartAsync(new SaslHarness());
        await using var client = await server.GreetAsync();
        await client.StartTlsAsync();

        Assert.Contains($"AUTH {string.Join(' ', Mechanisms)}", await client.CommandAsync("EHLO c.example"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AUTH PLAIN AHVzZXIAcGVuY2ls")]
    [InlineData("AUTH PLAIN", "334 ", "AHVzZXIAcGVuY2ls")]
    [InlineData("AUTH LOGIN dXNlcg==", "334 UGFzc3dvcmQ6", "cGVuY2ls")]
    [InlineData("AUTH LOGIN", "334 VXNlcm5hbWU6", "dXNlcg==", "334 UGFzc3dvcmQ6", "cGVuY2ls")]
    public async Task Password_mechanisms_succeed(string command, params string[] rest)
    {
        var harness = new SaslHarness();
        await using var server = await StartAsync(harness);
        await using var client = await SecureAsync(server);

        var reply = await client.CommandAsync(command);
        for (var i = 0; i < rest.Length; i += 2)
        {
            Assert.Equal(rest[i], reply);
            reply = await client.CommandAsync(rest[i + 1]);
        }

        Assert.Equal(Success, reply);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "n,,", true)]
    [InlineData("SCRAM-SHA-256", "y,,", false)]
    [InlineData("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", true)]
    public async Task Scram_succeeds_unless_the_client_was_deceived(string mechanism, string header, bool succeeds)
    {
        using var certificate = TestCertificates.CreateSelfSigned("mx.example");
        var harness = new SaslHarness();
        await using var server = await ServerFixture.StartAsync(configure: options =>
            options with { Authenticator = harness.Authenticator, Tls = new TestTls(certificate) });
        await using var client = await SecureAsync(server);
        var scram = new ScramClient("user", "pencil", header, header[0] == 'p' ? SHA256.HashData(certificate.RawData) : null);

        var first = client.CommandAsync($"AUTH {mechanism} {Encode(scram.First)}");
        if (!succeeds)
        {
            await harness.RefusedAsync();
            Assert.Equal("535 5.7.8 Authentication credentials invalid", await first);
            return;
        }

        var final = await client.CommandAsync(Encode(scram.Final(Decode(await first))));
        Assert.True(scram.Accepts(Decode(final)));
        Assert.Equal(Success, await client.CommandAsync(""));
        Assert.Equal([$"user {mechanism} Current"], harness.Events);
    }

    [Fact]
    public async Task Refusal_leaves_the_session_open_for_another_attempt()
    {
        var harness = new SaslHarness();
        await using var server = await StartAsync(harness);
        await using var client = await SecureAsync(server);

        var reply = client.CommandAsync($"AUTH PLAIN {Encode("\0user\0wrong")}");
        await harness.RefusedAsync();
        Assert.Equal("535 5.7.8 Authentication credentials invalid", await reply);
        Assert.Equal(Success, await client.CommandAsync($"AUTH PLAIN {Encode("\0user\0pencil")}"));
    }

    private static Task<ServerFixture> StartAsync(SaslHarness harness) =>
        ServerFixture.StartAsync(configure: options => options with { Authenticator = harness.Authenticator });

    private static async Task<RawSmtpClient> SecureAsync(ServerFixture server)
    {
        var client = await server.GreetAsync();
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO c.example");
        return client;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static string Decode(string reply)
    {
        Assert.StartsWith("334 ", reply, StringComparison.Ordinal);
        return Encoding.ASCII.GetString(Convert.FromBase64String(reply[4..]));
    }
}
