using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.TestKit.Peers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests;

/// <summary>AUTH XOAUTH2 with tokens of an authorization server, over HTTPS on loopback.</summary>
public sealed class AccessTokenTests : IAsyncLifetime
{
    private const string Refusal = "535 5.7.8 bad token";

    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly X509Certificate2 _certificate;
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);
    private readonly List<string> _forms = [];
    private HttpsHost _host = null!;
    private int _tokens;

    public AccessTokenTests() => _certificate = _root.IssueServer("localhost");

    public async ValueTask InitializeAsync()
    {
        _host = await HttpsHost.StartAsync(_certificate);
        _host.Answer = Give(() => $$"""{"token_type":"Bearer","expires_in":3600,"access_token":"token{{++_tokens}}"}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _certificate.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task A_token_is_asked_for_by_client_credentials_and_used_to_log_in()
    {
        await using var fixture = Start();
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(["grant_type=client_credentials&client_id=client&client_secret=s%26cret&scope=https%3A%2F%2Foffice%2F.default"], _forms);
        Assert.Contains(Login("token1"), fixture.Peer.Sessions[0].Commands);
        Assert.True(fixture.Peer.Messages[0].IsTls);
    }

    [Fact]
    public async Task A_token_serves_all_sessions_until_shortly_before_its_end()
    {
        await using var fixture = Start();
        fixture.Peer.Script.On(PeerStage.EndOfData, PeerAction.ReplyAndClose("250 2.0.0 ok"));
        await fixture.DeliverAsync(fixture.Delivery());
        _time.Advance(TimeSpan.FromMinutes(50));
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(_forms);
        _time.Advance(TimeSpan.FromMinutes(6));
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.Equal(2, _forms.Count);
        Assert.Contains(Login("token2"), fixture.Peer.Sessions[2].Commands);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_replaced_once_and_the_refusal_defers()
    {
        await using var fixture = Start();
        fixture.Peer.Script.On("AUTH", Refusal, occurrence: 1);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal([Login("token1"), Login("token2")], fixture.Peer.Sessions[0].Commands.Where(command => command.StartsWith("AUTH", StringComparison.Ordinal)));

        await using var other = Start();
        other.Peer.Script.On("AUTH", Refusal);
        var settlement = await other.DeliverAsync(other.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Contains("bad token", settlement.Failure, StringComparison.Ordinal);
        Assert.Equal(2, other.Peer.Script.Reached("AUTH"));
        Assert.Equal(0, other.Peer.Script.Reached("MAIL"));
    }

    [Fact]
    public async Task What_the_server_has_against_a_token_is_answered_by_nothing()
    {
        await using var fixture = Start();
        fixture.Peer.Script.On("AUTH", "334 eyJzdGF0dXMiOiI0MDEifQ==", occurrence: 1).On(PeerStage.AuthResponse, Refusal);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal("", fixture.Peer.Sessions[0].Commands.SkipWhile(command => command != Login("token1")).Skip(1).First());
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client","error_description":"expired\r\nsecret"}""", "localhost answered 401: invalid_client (expired")]
    [InlineData(200, "<html>", "no JSON object")]
    [InlineData(200, """{"token_type":"Bearer"}""", "without an access_token")]
    [InlineData(200, """{"token_type":"Bearer","access_token":"a b"}""", "without an access_token")]
    [InlineData(200, """{"token_type":"mac","access_token":"a"}""", "of type mac")]
    public async Task Without_a_token_mail_is_deferred_with_the_reason(int status, string answer, string expected)
    {
        await using var fixture = Start();
        _host.Answer = Give(() => answer, status);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Contains("no access token: ", settlement.Failure, StringComparison.Ordinal);
        Assert.Contains(expected, settlement.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', settlement.Failure!);
        Assert.DoesNotContain("s&cret", settlement.Failure, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Peer.Script.Reached("AUTH"));
        Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));
    }

    [Fact]
    public async Task An_authorization_server_that_nobody_vouches_for_gets_no_secret()
    {
        await using var fixture = Start(trusted: false);
        Assert.Contains("no access token", (await fixture.DeliverAsync(fixture.Delivery())).Failure, StringComparison.Ordinal);
        Assert.Empty(_forms);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var fixture = Start();
        _host.Answer = HttpsHost.Status(307, $"https://localhost:{_host.Port}/elsewhere");
        Assert.Contains("answered 307", (await fixture.DeliverAsync(fixture.Delivery())).Failure, StringComparison.Ordinal);
        Assert.Equal(1, _host.Requests);
    }

    [Fact]
    public async Task A_token_never_goes_in_clear_text()
    {
        await using var fixture = Start(tls: false);
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(0, fixture.Peer.Script.Reached("AUTH"));
        Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));
    }

    [Fact]
    public async Task A_reload_that_changes_nothing_keeps_the_token()
    {
        await using var fixture = Start();
        await fixture.DeliverAsync(fixture.Delivery());
        Update(fixture);
        fixture.Peer.Script.On(PeerStage.EndOfData, PeerAction.ReplyAndClose("250 2.0.0 ok"));
        await fixture.DeliverAsync(fixture.Delivery());
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(_forms);
    }

    private static string Login(string token) =>
        "AUTH XOAUTH2 " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"user=relay@acme.test\u0001auth=Bearer {token}\u0001\u0001"));

    private RequestDelegate Give(Func<string> answer, int status = 200) => async context =>
    {
        using var reader = new StreamReader(context.Request.Body);
        _forms.Add(await reader.ReadToEndAsync(context.RequestAborted));
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer());
    };

    private DeliveryFixture Start(bool trusted = true, bool tls = true)
    {
        var peer = tls ? new ScriptedSmtpServer { Certificate = _certificate } : new ScriptedSmtpServer();
        peer.Script.Extensions.Add("AUTH PLAIN XOAUTH2");
        var fixture = DeliveryFixture.Start(
            peer,
            time: _time,
            configure: options => options with { TrustedRoots = trusted ? [_root.Certificate] : [] });
        Update(fixture);
        return fixture;
    }

    private void Update(DeliveryFixture fixture)
    {
        var secret = new Secret("oauth", ImmutableDictionary<string, string>.Empty.Add("client_secret", "s&cret"));
        fixture.Update(RelayTls.Opportunistic, secret, relay: relay => relay with
        {
            Authentication = new RelayAuthentication.OAuth(
                new Uri($"https://localhost:{_host.Port}/token"), "client", secret.Name, "https://office/.default", "relay@acme.test"),
        });
    }
}
