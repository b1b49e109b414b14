using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class AuthenticationTests : IDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificates.CreateSelfSigned();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task Plain_is_preferred_and_only_under_tls()
    {
        await using var fixture = Start("AUTH LOGIN PLAIN");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Contains("AUTH PLAIN " + Base64("\0user\0pass word"), fixture.Peer.Sessions[0].Commands);
        Assert.True(fixture.Peer.Messages[0].IsTls);
    }

    [Fact]
    public async Task A_long_password_goes_on_a_line_of_its_own()
    {
        var password = new string('p', 600);
        await using var fixture = Start("AUTH PLAIN", password);
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Contains("AUTH PLAIN", fixture.Peer.Sessions[0].Commands);
        Assert.Contains(Base64("\0user\0" + password), fixture.Peer.Sessions[0].Commands);
    }

    [Fact]
    public async Task Login_is_used_where_there_is_no_plain()
    {
        await using var fixture = Start("AUTH LOGIN");
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        var commands = fixture.Peer.Sessions[0].Commands.ToList();
        var start = commands.IndexOf("AUTH LOGIN");
        Assert.Equal([Base64("user"), Base64("pass word")], commands[(start + 1)..(start + 3)]);
    }

    [Theory]
    [InlineData("535 5.7.8 wrong")]
    [InlineData("454 4.7.0 later")]
    public async Task Refused_credentials_defer(string reply)
    {
        await using var fixture = Start("AUTH PLAIN");
        fixture.Peer.Script.On("AUTH", reply);
        var settlement = await fixture.DeliverAsync(fixture.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Empty(fixture.Peer.Messages);
        Assert.DoesNotContain("pass", settlement.Failure);
    }

    [Fact]
    public async Task Credentials_are_never_sent_in_clear_text()
    {
        foreach (var tls in (RelayTls[])[RelayTls.None, RelayTls.Opportunistic])
        {
            await using var fixture = DeliveryFixture.Start(tls: tls, secret: DeliveryFixture.Login());
            fixture.Peer.Script.Extensions.Add("AUTH PLAIN LOGIN");
            Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
            Assert.Equal(0, fixture.Peer.Script.Reached("AUTH"));
            Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));
        }
    }

    [Fact]
    public async Task Without_a_mechanism_nothing_is_sent()
    {
        await using var fixture = Start("AUTH GSSAPI");
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Equal(0, fixture.Peer.Script.Reached("MAIL"));
    }

    private DeliveryFixture Start(string extension, string password = "pass word")
    {
        var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = _certificate },
            RelayTls.Required,
            DeliveryFixture.Login(password: password),
            options => options with { TrustedRoots = [_certificate] });
        fixture.Peer.Script.Extensions.Add(extension);
        return fixture;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
