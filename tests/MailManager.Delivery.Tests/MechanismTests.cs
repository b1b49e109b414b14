using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using MailManager.Smtp.Sasl;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>Logins by challenge and response, with servers that are honest and servers that are not.</summary>
public sealed class MechanismTests : IDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificates.CreateSelfSigned();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task Scram_is_preferred_and_the_password_stays_here()
    {
        await using var fixture = Start("AUTH PLAIN SCRAM-SHA-256 LOGIN CRAM-MD5");
        _ = new ScramPeer(fixture.Peer.Script, "pass word");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.StartsWith("AUTH SCRAM-SHA-256 ", Assert.Single(fixture.Peer.Sessions[0].Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal)));
        Assert.Single(fixture.Peer.Messages);
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_password_gets_no_mail()
    {
        await using var fixture = Start("AUTH SCRAM-SHA-256");
        _ = new ScramPeer(fixture.Peer.Script, "another", acceptsAny: true);
        await FailsAsync(fixture, "signature is wrong");
    }

    [Theory]
    [InlineData("334 !!", "not base64")]
    [InlineData("334 ", "malformed")]
    [InlineData("334 eD15", "malformed")]
    [InlineData("235 2.7.0 welcome", "before it has proved itself")]
    [InlineData("334 cj1mb3JlaWduLHM9QUFBQSxpPTQwOTY=", "does not extend ours")]
    public async Task Scram_believes_no_liar(string reply, string expected)
    {
        await using var fixture = Start("AUTH SCRAM-SHA-256");
        fixture.Peer.Script.On("AUTH", reply);
        await FailsAsync(fixture, expected);
    }

    [Theory]
    [InlineData("4095")]
    [InlineData("1000001")]
    [InlineData("99999999999999")]
    public async Task Scram_derives_neither_too_little_nor_too_long(string iterations)
    {
        await using var fixture = Start("AUTH SCRAM-SHA-256");
        fixture.Peer.Script.On("AUTH", new PeerAction.Answer(line => "334 " + Base64($"r={ScramPeer.NonceOf(line)}x,s=AAAA,i={iterations}")));
        await FailsAsync(fixture, "iteration count is not from 4096 to 1000000");
    }

    [Fact]
    public async Task A_server_nonce_that_adds_nothing_is_refused()
    {
        await using var fixture = Start("AUTH SCRAM-SHA-256");
        fixture.Peer.Script.On("AUTH", new PeerAction.Answer(line => "334 " + Base64($"r={ScramPeer.NonceOf(line)},s=AAAA,i=4096")));
        await FailsAsync(fixture, "does not extend ours");
    }

    [Fact]
    public async Task Success_before_the_servers_signature_is_not_believed()
    {
        await using var fixture = Start("AUTH SCRAM-SHA-256");
        _ = new ScramPeer(fixture.Peer.Script, "pass word");
        fixture.Peer.Script.On(PeerStage.AuthResponse, "235 2.7.0 welcome", occurrence: 1);
        await FailsAsync(fixture, "before it has proved itself");
    }

    [Fact]
    public async Task Scram_is_left_out_for_a_password_that_only_unicode_tables_could_prepare()
    {
        await using var fixture = Start("AUTH SCRAM-SHA-256 PLAIN", password: "p\u00e4ss");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Contains("AUTH PLAIN " + Base64("\0user\0p\u00e4ss"), fixture.Peer.Sessions[0].Commands);
    }

    [Fact]
    public async Task Cram_md5_answers_the_challenge()
    {
        // The example of RFC 2195 §2.
        await using var fixture = Start("AUTH CRAM-MD5", user: "tim", password: "tanstaaftanstaaf");
        fixture.Peer.Script.On("AUTH", "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Contains("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", fixture.Peer.Sessions[0].Commands);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    public async Task A_server_that_never_stops_asking_is_left(string mechanism)
    {
        await using var fixture = Start("AUTH " + mechanism);
        fixture.Peer.Script.On("AUTH", "334 eHg=").On(PeerStage.AuthResponse, "334 eHg=");
        await FailsAsync(fixture, "asks for more");
    }

    [Fact]
    public async Task The_order_of_the_relay_counts_and_what_it_leaves_out_is_not_used()
    {
        await using var fixture = Start("AUTH PLAIN LOGIN", mechanisms: [AuthMechanism.ScramSha256, AuthMechanism.Login, AuthMechanism.Plain]);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Contains("AUTH LOGIN", fixture.Peer.Sessions[0].Commands);

        await using var strict = Start("AUTH PLAIN LOGIN", mechanisms: [AuthMechanism.ScramSha256]);
        await FailsAsync(strict, "offers none of AUTH SCRAM-SHA-256");
        Assert.Equal(0, strict.Peer.Script.Reached("AUTH"));
    }

    [Theory]
    [InlineData(RelayTls.None)]
    [InlineData(RelayTls.Opportunistic)]
    public async Task Credentials_go_in_clear_text_only_where_the_relay_allows_it(RelayTls tls)
    {
        await using var fixture = DeliveryFixture.Start(
            tls: tls, secret: DeliveryFixture.Login(), relay: relay => relay with { AllowCleartextAuthentication = true });
        fixture.Peer.Script.Extensions.Add("AUTH PLAIN");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(1, fixture.Peer.Script.Reached("AUTH"));
    }

    [Fact]
    public async Task No_mechanism_is_used_in_clear_text_without_leave()
    {
        await using var fixture = DeliveryFixture.Start(tls: RelayTls.None, secret: DeliveryFixture.Login());
        fixture.Peer.Script.Extensions.Add("AUTH SCRAM-SHA-256 CRAM-MD5");
        await FailsAsync(fixture, "not sent in clear text");
        Assert.Equal(0, fixture.Peer.Script.Reached("AUTH"));
    }

    private static async Task FailsAsync(DeliveryFixture fixture, string expected)
    {
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Contains(expected, settlement.Failure);
        Assert.DoesNotContain("pass", settlement.Failure!.Replace("password", "", StringComparison.Ordinal));
        Assert.Empty(fixture.Peer.Messages);
        Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));
    }

    private DeliveryFixture Start(string extension, string user = "user", string password = "pass word", ImmutableArray<AuthMechanism>? mechanisms = null)
    {
        var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = _certificate },
            RelayTls.Required,
            DeliveryFixture.Login(user, password),
            options => options with { TrustedRoots = [_certificate] },
            relay: relay => relay with { AuthenticationMechanisms = mechanisms ?? relay.AuthenticationMechanisms });
        fixture.Peer.Script.Extensions.Add(extension);
        return fixture;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>The server's side of SCRAM-SHA-256, by a password that may be another one.</summary>
    private sealed class ScramPeer
    {
        private readonly ScramKeys _keys;
        private string _first = string.Empty;
        private string _bare = string.Empty;

        public ScramPeer(PeerScript script, string password, bool acceptsAny = false)
        {
            var salted = new byte[ScramKeys.Length];
            PasswordDerivation.Derive(Encoding.ASCII.GetBytes(password), "salt-salt-salt-1"u8, 4096, salted);
            _keys = ScramKeys.FromSaltedPassword(salted);
            script.On("AUTH", new PeerAction.Answer(line =>
            {
                _bare = Text(line.Split(' ')[2])[3..];
                _first = $"r={NonceOf(line)}server,s={Base64("salt-salt-salt-1")},i=4096";
                return "334 " + Base64(_first);
            }));
            script.On(PeerStage.AuthResponse, new PeerAction.Answer(line => Finish(line, acceptsAny)));
        }

        public static string NonceOf(string line) => Text(line.Split(' ')[2]).Split(",r=")[1];

        private string Finish(string line, bool acceptsAny)
        {
            if (line.Length == 0)
            {
                return "235 2.7.0 Ok";
            }

            var final = Text(line);
            var end = final.LastIndexOf(",p=", StringComparison.Ordinal);
            var signed = Encoding.ASCII.GetBytes($"{_bare},{_first},{final[..end]}");
            return !acceptsAny && !_keys.Verify(Convert.FromBase64String(final[(end + 3)..]), signed)
                ? "535 5.7.8 no"
                : "334 " + Base64($"v={Convert.ToBase64String(_keys.Sign(signed))}");
        }

        private static string Text(string base64) => Encoding.ASCII.GetString(Convert.FromBase64String(base64));
    }
}
