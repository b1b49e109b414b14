using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Mta.Tls;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Tls;

/// <summary>Handshakes at a listener that asks for certificates.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly CertificateFixture _fixture = new();

    public static TheoryData<string> Versions { get; } = ["-tls1_2", "-tls1_3"];

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_proved_certificate_is_known_after_the_handshake(SslProtocols version)
    {
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));
        using var client = _fixture.Authority.IssueClient("device-1");

        Assert.Equal("220 hello\r\n", await ConnectAsync(listener, version, client));

        Assert.Equal("CN=device-1", listener.RemoteSubject);
    }

    [Theory]
    [InlineData("none", "there is none")]
    [InlineData("other", "its CA 'CN=Other' is not in the trust store, or an intermediate certificate is missing")]
    [InlineData("self-signed", "it is self-signed")]
    [InlineData("expired", "it is valid from")]
    [InlineData("revoked", "it is revoked")]
    [InlineData("server", "it is not meant for client authentication (extended key usage)")]
    [InlineData("nul", "a name in it holds a control character")]
    public async Task Others_fail_the_handshake_and_the_log_says_why(string kind, string reason)
    {
        using var other = TestAuthority.CreateRoot("Other");
        using var revoked = _fixture.Authority.IssueClient();
        using var client = kind switch
        {
            "none" => null,
            "other" => other.IssueClient(),
            "self-signed" => TestCertificates.CreateSelfSigned("client"),
            "expired" => _fixture.Authority.Issue(new TestSubject { NotBefore = TestAuthority.Now.AddDays(-9), NotAfter = TestAuthority.Now.AddDays(-1) }),
            "revoked" => revoked,
            "server" => _fixture.Authority.IssueServer("a.example"),
            _ => _fixture.Authority.Issue(new TestSubject { Names = [0x30, 0x05, 0x82, 0x03, (byte)'a', 0, (byte)'b'] }),
        };
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store, _fixture.Authority.RevocationList(null, revoked)));

        foreach (var version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            Assert.DoesNotContain("220", await ConnectAsync(listener, version, client), StringComparison.Ordinal);
        }

        await listener.DisposeAsync();
        Assert.StartsWith($"Client certificate refused: {reason}", Assert.IsType<AuthenticationException>(listener.Fault).Message, StringComparison.Ordinal);
        Assert.Equal(2, _fixture.Log.Events.Count);
        Assert.All(_fixture.Log.Events, text => Assert.StartsWith($"6110 Client certificate refused at ingress: {reason}", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Intermediates_that_the_client_sends_are_used()
    {
        using var intermediate = _fixture.Authority.CreateIntermediate();
        using var client = intermediate.IssueClient("below");
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));

        Assert.Equal("220 hello\r\n", await ConnectAsync(listener, SslProtocols.Tls13, client, intermediate.Certificate));
        Assert.Equal("", await ConnectAsync(listener, SslProtocols.Tls13, client));
    }

    /// <summary>A ticket must not stand for a certificate: not for one that was never shown, nor for one that was.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Sessions_are_not_resumed(string version)
    {
        await using var store = _fixture.OpenOne();
        await using var open = new TlsListener(new IngressTls("open", store, trust: null, _fixture.Time, _fixture.Log));
        await using var listener = new TlsListener(Create(store));
        var session = Path.Combine(_fixture.Directory, "session");
        var client = _fixture.Write("client", _fixture.Authority.IssueClient());

        await OpenSslClient.RunAsync(open.Port, version, "-sess_out", session);
        Assert.DoesNotContain("220 hello", await OpenSslClient.RunAsync(listener.Port, version, "-sess_in", session), StringComparison.Ordinal);

        string[] certificate = ["-cert", client.CertificatePath, "-key", client.KeyPath];
        Assert.Contains("220 hello", await OpenSslClient.RunAsync(listener.Port, [version, "-sess_out", session, .. certificate]), StringComparison.Ordinal);
        Assert.DoesNotContain("220 hello", await OpenSslClient.RunAsync(listener.Port, version, "-sess_in", session), StringComparison.Ordinal);
        Assert.Contains("\nNew, TLSv1", await OpenSslClient.RunAsync(listener.Port, [version, "-sess_in", session, .. certificate]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_hears_whose_certificates_are_accepted()
    {
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));

        Assert.Contains("Acceptable client certificate CA names\nCN = Test Root", await OpenSslClient.RunAsync(listener.Port), StringComparison.Ordinal);
    }

    private IngressTls Create(CertificateStore store, string? lists = null) =>
        new("ingress", store, TrustStoreReader.Read(new TrustStoreContent(_fixture.Authority.Pem, lists), _fixture.Time).Store, _fixture.Time, _fixture.Log);

    /// <summary>What the server says after the handshake; empty when it says nothing more.</summary>
    private static async Task<string> ConnectAsync(TlsListener listener, SslProtocols version, X509Certificate2? client, params X509Certificate2[] intermediates)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, listener.Port);
        await using var stream = new SslStream(socket.GetStream());
        var buffer = new byte[100];
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "mx.example",
                EnabledSslProtocols = version,
                ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, [.. intermediates], offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            });
            return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            return string.Empty;
        }
    }
}
