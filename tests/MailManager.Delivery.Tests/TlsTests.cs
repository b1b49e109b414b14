using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Tests.Harness;
using MailManager.Resources.Relays;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

public sealed class TlsTests : IDisposable
{
    private static readonly PeerAction Injection = new PeerAction.Send("220 go\r\n250-x\r\n250 AUTH PLAIN\r\n"u8.ToArray());

    private readonly X509Certificate2 _certificate = TestCertificates.CreateSelfSigned();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task Opportunistic_uses_tls_with_any_certificate()
    {
        await using var fixture = Start(RelayTls.Opportunistic);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        }

        Assert.All(fixture.Peer.Messages, message => Assert.True(message.IsTls));
        Assert.Equal(["EHLO mx.test", "STARTTLS", "EHLO mx.test"], fixture.Peer.Sessions[0].Commands.Take(3));
        Assert.Single(fixture.Peer.Sessions);
    }

    [Fact]
    public async Task A_large_message_survives_tls()
    {
        await using var fixture = Start(RelayTls.Opportunistic);
        var content = "Subject: x\r\n\r\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $".line {i}\r\n"));
        await fixture.DeliverAsync(fixture.Delivery(content));
        Assert.Equal(content, Encoding.Latin1.GetString(fixture.Peer.Messages[0].Data));
    }

    [Fact]
    public async Task None_does_not_use_tls()
    {
        await using var fixture = Start(RelayTls.None);
        await fixture.DeliverAsync(fixture.Delivery());
        Assert.False(fixture.Peer.Messages[0].IsTls);
    }

    [Fact]
    public async Task Required_refuses_a_certificate_that_it_does_not_trust_and_takes_one_that_it_does()
    {
        await using var distrusting = Start(RelayTls.Required);
        var settlement = await distrusting.DeliverAsync(distrusting.Delivery());
        Assert.Single(settlement.Remaining);
        Assert.Empty(distrusting.Peer.Messages);

        await using var trusting = Start(RelayTls.Required, trusts: true);
        Assert.Empty((await trusting.DeliverAsync(trusting.Delivery())).Remaining);
        Assert.True(trusting.Peer.Messages[0].IsTls);
    }

    [Fact]
    public async Task Required_refuses_a_certificate_for_another_name()
    {
        using var other = TestCertificates.CreateSelfSigned("other.test");
        await using var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = other }, RelayTls.Required, configure: options => options with { TrustedRoots = [other] });
        Assert.Single((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.Empty(fixture.Peer.Messages);
    }

    [Fact]
    public async Task Required_does_not_go_on_without_starttls()
    {
        await using var fixture = DeliveryFixture.Start(tls: RelayTls.Required);
        Assert.Contains("TLS is required", (await fixture.DeliverAsync(fixture.Delivery())).Failure);
        Assert.DoesNotContain(fixture.Peer.Sessions[0].Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Implicit_tls_starts_with_the_handshake()
    {
        await using var fixture = DeliveryFixture.Start(
            new ScriptedSmtpServer { Certificate = _certificate, IsImplicitTls = true },
            RelayTls.Implicit,
            configure: options => options with { TrustedRoots = [_certificate] });
        Assert.Empty((await fixture.DeliverAsync(fixture.Delivery())).Remaining);
        Assert.True(fixture.Peer.Messages[0].IsTls);
    }

    [Fact]
    public async Task Clear_text_behind_the_220_is_an_attack()
    {
        foreach (var tls in (RelayTls[])[RelayTls.Opportunistic, RelayTls.Required])
        {
            await using var fixture = Start(tls, trusts: true);
            fixture.Peer.Script.On("STARTTLS", Injection);
            var settlement = await fixture.DeliverAsync(fixture.Delivery());
            Assert.Single(settlement.Remaining);
            Assert.Contains("injected", settlement.Failure);
            Assert.Empty(fixture.Peer.Messages);
            Assert.Single(fixture.Peer.Sessions);
        }
    }

    [Fact]
    public async Task A_failed_handshake_falls_back_to_clear_text_only_where_tls_is_opportunistic_and_without_credentials()
    {
        // It says 220, and then speaks no TLS.
        var broken = new PeerAction.SendAndClose("220 go\r\n"u8.ToArray());
        await using var opportunistic = Start(RelayTls.Opportunistic);
        opportunistic.Peer.Script.On("STARTTLS", broken);
        Assert.Empty((await opportunistic.DeliverAsync(opportunistic.Delivery())).Remaining);
        Assert.False(opportunistic.Peer.Messages[0].IsTls);
        Assert.Equal(2, opportunistic.Peer.Sessions.Count);

        await using var required = Start(RelayTls.Required, trusts: true);
        required.Peer.Script.On("STARTTLS", broken);
        Assert.Single((await required.DeliverAsync(required.Delivery())).Remaining);
        Assert.Empty(required.Peer.Messages);

        await using var secret = DeliveryFixture.Start(new ScriptedSmtpServer { Certificate = _certificate }, RelayTls.Opportunistic, DeliveryFixture.Login());
        secret.Peer.Script.Extensions.Add("AUTH PLAIN LOGIN");
        secret.Peer.Script.On("STARTTLS", broken);
        Assert.Single((await secret.DeliverAsync(secret.Delivery())).Remaining);
        Assert.Single(secret.Peer.Sessions);
        Assert.Equal(0, secret.Peer.Script.Reached("AUTH"));
    }

    [Fact]
    public async Task A_refused_starttls_goes_on_in_clear_text_only_where_it_may()
    {
        await using var opportunistic = Start(RelayTls.Opportunistic);
        opportunistic.Peer.Script.On("STARTTLS", "454 4.7.0 not now");
        Assert.Empty((await opportunistic.DeliverAsync(opportunistic.Delivery())).Remaining);
        Assert.Single(opportunistic.Peer.Sessions);

        await using var required = Start(RelayTls.Required, trusts: true);
        required.Peer.Script.On("STARTTLS", "454 4.7.0 not now");
        Assert.Single((await required.DeliverAsync(required.Delivery())).Remaining);
    }

    private DeliveryFixture Start(RelayTls tls, bool trusts = false) => DeliveryFixture.Start(
        new ScriptedSmtpServer { Certificate = _certificate }, tls, configure: options => trusts ? options with { TrustedRoots = [_certificate] } : options);
}
