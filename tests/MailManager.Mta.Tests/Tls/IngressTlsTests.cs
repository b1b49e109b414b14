using System.Net.Security;
using System.Security.Authentication;
using MailManager.Mta.Tls;
using MailManager.Smtp.Tls;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Tls;

public sealed class IngressTlsTests : IDisposable
{
    private readonly CertificateFixture _fixture = new();

    public static TheoryData<string> Versions { get; } = ["-tls1_2", "-tls1_3"];

    private string Session => Path.Combine(_fixture.Directory, "session");

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_session_is_resumed_at_its_listener_and_nowhere_else(string version)
    {
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));
        await using var other = new TlsListener(Create(store));

        Assert.Contains("\nNew, TLSv1", await OpenSslClient.RunAsync(listener.Port, version, "-sess_out", Session), StringComparison.Ordinal);

        Assert.Contains("\nReused, TLSv1", await OpenSslClient.RunAsync(listener.Port, version, "-sess_in", Session), StringComparison.Ordinal);
        Assert.Contains("\nNew, TLSv1", await OpenSslClient.RunAsync(other.Port, version, "-sess_in", Session), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task After_a_reload_handshakes_are_new_and_with_the_new_certificate(string version)
    {
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));
        await OpenSslClient.RunAsync(listener.Port, version, "-sess_out", Session);

        _fixture.Write("mx", _fixture.Authority.Issue(new TestSubject { CommonName = "renewed", DnsNames = ["mx.example"] }));
        await store.ReloadAsync();

        var output = await OpenSslClient.RunAsync(listener.Port, version, "-sess_in", Session, "-sess_out", Session);
        Assert.Contains("\nNew, TLSv1", output, StringComparison.Ordinal);
        Assert.Contains("subject=CN = renewed", output, StringComparison.Ordinal);
        Assert.Contains("\nReused, TLSv1", await OpenSslClient.RunAsync(listener.Port, version, "-sess_in", Session), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticket_keys_live_a_day_and_the_options_until_then_are_the_same()
    {
        await using var store = _fixture.OpenOne();
        var tls = Create(store);
        var first = tls.Select("mx.example");

        _fixture.Time.Advance(IngressTls.TicketKeyLifetime - TimeSpan.FromSeconds(1));
        Assert.Same(first, tls.Select("unknown.example"));
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(first, tls.Select(""));
        Assert.NotSame(first.ServerCertificateContext, tls.Select("").ServerCertificateContext);
    }

    [Fact]
    public async Task A_reload_of_another_certificate_keeps_the_options_and_so_the_sessions()
    {
        var other = _fixture.Write("other", _fixture.Authority.IssueServer("other.example"));
        await using var store = _fixture.Open(_fixture.Write("mx", _fixture.Authority.IssueServer("mx.example")), other);
        var tls = Create(store);
        var (mx, old) = (tls.Select(""), tls.Select("other.example"));

        _fixture.Write("other", _fixture.Authority.IssueServer("other.example"));
        await store.ReloadAsync();

        Assert.Same(mx, tls.Select(""));
        Assert.NotSame(old, tls.Select("other.example"));
    }

    [Fact]
    public async Task The_server_name_selects_the_certificate()
    {
        await using var store = _fixture.Open(
            _fixture.Write("mx", _fixture.Authority.IssueServer("mx.example")), _fixture.Write("other", _fixture.Authority.IssueServer("other.example")));
        await using var listener = new TlsListener(Create(store));

        Assert.Contains("subject=CN = other.example", await OpenSslClient.RunAsync(listener.Port, "-servername", "other.example"), StringComparison.Ordinal);
        Assert.Contains("subject=CN = mx.example", await OpenSslClient.RunAsync(listener.Port, "-servername", "unknown.example"), StringComparison.Ordinal);
        Assert.Contains("subject=CN = mx.example", await OpenSslClient.RunAsync(listener.Port, "-noservername"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Application_protocols_are_ignored(string version)
    {
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));

        var output = await OpenSslClient.RunAsync(listener.Port, version, "-alpn", "smtp,h2");

        Assert.Contains("220 hello", output, StringComparison.Ordinal);
        Assert.Contains("No ALPN negotiated", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_versions_are_refused()
    {
        await using var store = _fixture.OpenOne();
        await using var listener = new TlsListener(Create(store));

        var output = await OpenSslClient.RunAsync(listener.Port, "-tls1_1", "-cipher", "ALL@SECLEVEL=0");

        Assert.Contains("alert protocol version", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_cannot_renegotiate()
    {
        await using var store = _fixture.OpenOne();

        var options = Create(store).Select("");

        Assert.False(options.AllowRenegotiation);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, options.EnabledSslProtocols);
        await using var listener = new TlsListener(Create(store));
        Assert.Contains("Max Early Data: 0", await OpenSslClient.RunAsync(listener.Port, "-tls1_3"), StringComparison.Ordinal);
    }

    private IngressTls Create(CertificateStore store) => new("ingress", store, trust: null, _fixture.Time, _fixture.Log);
}
