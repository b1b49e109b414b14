using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailManager.Delivery.Probe;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Client;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests;

/// <summary>Trying a relay: what is shown of it, and what is said about each thing that can be wrong.</summary>
public sealed class RelayTestTests : IDisposable
{
    private const string Password = "pass word";

    private readonly TestAuthority _authority = TestAuthority.CreateRoot();
    private readonly List<X509Certificate2> _certificates = [];

    public void Dispose()
    {
        _certificates.ForEach(certificate => certificate.Dispose());
        _authority.Dispose();
    }

    [Fact]
    public async Task The_whole_dialogue_is_shown_without_secrets()
    {
        await using var server = Server(Issue("localhost"));
        server.Script.Extensions.Add("AUTH PLAIN");
        var report = await RunAsync(server, RelayTls.Required, withLogin: true, recipient: "you@example.com");

        Assert.Null(report.Failure);
        Assert.Null(report.Advice);
        Assert.StartsWith("TLS 1.3, TLS_", report.Tls, StringComparison.Ordinal);
        Assert.True(report.Certificate is { IsAccepted: true, Problems: [], Names: ["localhost"], Subject: "CN=localhost", Issuer: "CN=Test Root" });
        var text = Text(report);
        Assert.StartsWith($"Event connecting to {server.EndPoint}\nServer 220 ", text, StringComparison.Ordinal);
        Assert.Contains("Client EHLO mx.test\nServer 250-peer.test", text, StringComparison.Ordinal);
        Assert.Contains("Client STARTTLS\nServer 220 ", text, StringComparison.Ordinal);
        Assert.Contains("Client AUTH PLAIN ********\nServer 235 ", text, StringComparison.Ordinal);
        Assert.Contains("Client RCPT TO:<you@example.com>\n", text, StringComparison.Ordinal);
        Assert.Contains("Client Subject: Test of a relay\n", text, StringComparison.Ordinal);
        Assert.Contains("Client .\nServer 250 ", text, StringComparison.Ordinal);
        Assert.Contains("Client QUIT\nServer 221 ", text, StringComparison.Ordinal);
        var message = server.Messages.Single();
        Assert.Equal(("ops@example.com", "you@example.com"), (message.ReversePath, message.Recipients.Single()));
    }

    [Fact]
    public async Task Secrets_on_lines_of_their_own_are_masked_too()
    {
        await using var server = Server(Issue("localhost"));
        server.Script.Extensions.Add("AUTH LOGIN");
        var text = Text(await RunAsync(server, RelayTls.Required, withLogin: true));

        Assert.Contains("Client AUTH LOGIN\n", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("Client ********\n").Length - 1);
        foreach (var secret in new[] { "user", Password })
        {
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_recipient_nothing_is_sent()
    {
        await using var server = Server(Issue("localhost"));
        Assert.Null((await RunAsync(server, RelayTls.Required)).Failure);
        Assert.DoesNotContain(server.Sessions[0].Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("expired", CertificateProblem.Expired, "The certificate expired on ")]
    [InlineData("future", CertificateProblem.NotYetValid, "is the clock of this machine right?")]
    [InlineData("other", CertificateProblem.WrongName, "not for localhost but for mail.other.test: set ServerName")]
    [InlineData("self", CertificateProblem.SelfSigned, "has signed itself")]
    [InlineData("stranger", CertificateProblem.UntrustedIssuer, "CN=Stranger, which this machine does not trust")]
    public async Task A_certificate_that_is_not_good_is_shown_with_the_reason(string kind, CertificateProblem problem, string advice)
    {
        using var stranger = TestAuthority.CreateRoot("Stranger");
        var certificate = kind switch
        {
            "expired" => _authority.Issue(new TestSubject { DnsNames = ["localhost"], NotBefore = TestAuthority.Now.AddDays(-9), NotAfter = TestAuthority.Now.AddDays(-1) }),
            "future" => _authority.Issue(new TestSubject { DnsNames = ["localhost"], NotBefore = TestAuthority.Now.AddDays(2) }),
            "other" => Issue("mail.other.test"),
            "self" => TestCertificates.CreateSelfSigned(),
            _ => stranger.IssueServer("localhost"),
        };
        _certificates.Add(certificate);
        await using var server = Server(certificate);

        var refused = await RunAsync(server, RelayTls.Required);
        Assert.Equal(SmtpPhase.TlsHandshake, refused.Failure!.Phase);
        Assert.False(refused.Certificate!.IsAccepted);
        Assert.Equal([problem], refused.Certificate.Problems);
        Assert.Contains(advice, refused.Advice, StringComparison.Ordinal);

        var taken = await RunAsync(server, RelayTls.Opportunistic);
        Assert.Null(taken.Failure);
        Assert.True(taken.Certificate is { IsAccepted: true } && taken.Certificate.Problems.Contains(problem));
    }

    [Theory]
    [InlineData(PeerStage.Connect, "554 5.7.1 not you", SmtpPhase.Greeting, "does not want this client")]
    [InlineData("EHLO", "554 5.5.2 what name is that", SmtpPhase.Hello, "set Node.Hostname")]
    [InlineData("STARTTLS", "454 4.7.0 no TLS today", SmtpPhase.StartTls, "its TLS is out of order")]
    [InlineData("AUTH", "535 5.7.8 wrong", SmtpPhase.Authentication, "check username and password")]
    [InlineData("AUTH", "454 4.7.0 later", SmtpPhase.Authentication, "try again later")]
    [InlineData("MAIL", "550 5.7.1 not from you", SmtpPhase.Mail, "does not take the sender")]
    [InlineData("RCPT", "550 5.1.1 unknown", SmtpPhase.Recipient, "does not take the recipient")]
    [InlineData(PeerStage.EndOfData, "554 5.7.1 spam", SmtpPhase.EndOfData, "does not take the message")]
    public async Task A_refusal_is_explained(string stage, string reply, SmtpPhase phase, string advice)
    {
        await using var server = Server(Issue("localhost"));
        server.Script.Extensions.Add("AUTH PLAIN");
        server.Script.On(stage, reply);
        var report = await RunAsync(server, RelayTls.Required, withLogin: true, recipient: "you@example.com");
        Assert.Equal(phase, report.Failure!.Phase);
        Assert.Contains(advice, report.Advice, StringComparison.Ordinal);
        Assert.Contains($"Server {reply}\n", Text(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpClientProtocol.Smtp, "set Protocol to LMTP")]
    [InlineData(SmtpClientProtocol.Lmtp, "leave Protocol out")]
    public async Task A_server_of_the_other_protocol_is_recognised(SmtpClientProtocol protocol, string advice)
    {
        await using var server = new ScriptedSmtpServer();
        server.Script.IsLmtp = protocol == SmtpClientProtocol.Smtp;
        var report = await RunAsync(Relay("127.0.0.1", server.EndPoint.Port, RelayTls.None) with { Protocol = protocol });
        Assert.Contains(advice, report.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_starttls_it_says_so()
    {
        await using var server = new ScriptedSmtpServer();
        var report = await RunAsync(server, RelayTls.Required);
        Assert.Contains("offers no STARTTLS", report.Advice, StringComparison.Ordinal);
        Assert.Null(report.Tls);
        Assert.Null(report.Certificate);
    }

    [Fact]
    public async Task Without_a_login_it_says_so()
    {
        await using var server = Server(Issue("localhost"));
        Assert.Contains("no kind of login", (await RunAsync(server, RelayTls.Required, withLogin: true)).Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_from_the_first_octet_where_there_is_none()
    {
        await using var server = Server(Issue("localhost"));
        Assert.Contains("set Tls to REQUIRED", (await RunAsync(server, RelayTls.Implicit)).Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_may_want_tls()
    {
        await using var server = new ScriptedSmtpServer();
        server.Script.On(PeerStage.Connect, new PeerAction.Close());
        Assert.Contains("set Tls to IMPLICIT", (await RunAsync(server, RelayTls.Required)).Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nothing_listens()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var report = await RunAsync(Relay("127.0.0.1", ((IPEndPoint)socket.LocalEndPoint!).Port, RelayTls.None));
        Assert.Contains("Nothing listens on port", report.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_exist() =>
        Assert.Contains("relay.invalid is not found in the DNS", (await RunAsync(Relay("relay.invalid", 25, RelayTls.None))).Advice, StringComparison.Ordinal);

    [Fact]
    public async Task A_relay_that_leads_back_here()
    {
        await using var server = new ScriptedSmtpServer();
        var report = await RunAsync(Relay("127.0.0.1", server.EndPoint.Port, RelayTls.None), options => options with { Listeners = () => [server.EndPoint] });
        Assert.Contains("mail would go in circles", report.Advice, StringComparison.Ordinal);
        Assert.Empty(server.Sessions);
    }

    private static string Text(RelayTestReport report) => string.Concat(report.Entries.Select(entry => $"{entry.Source} {entry.Text}\n"));

    private static ScriptedSmtpServer Server(X509Certificate2 certificate)
    {
        var server = new ScriptedSmtpServer { Certificate = certificate };
        server.Script.Extensions.Add("STARTTLS");
        return server;
    }

    private static Relay Relay(string server, int port, RelayTls tls, bool withLogin = false) => new()
    {
        RelayName = "inside",
        Servers = [new RelayServer(server, port)],
        Tls = tls,
        Authentication = withLogin ? new RelayAuthentication.FromSecret("login") : new RelayAuthentication.None(),
    };

    private Task<RelayTestReport> RunAsync(ScriptedSmtpServer server, RelayTls tls, bool withLogin = false, string? recipient = null) =>
        RunAsync(Relay("localhost", server.EndPoint.Port, tls, withLogin), recipient: recipient);

    private async Task<RelayTestReport> RunAsync(Relay relay, Func<DeliveryOptions, DeliveryOptions>? edit = null, string? recipient = null)
    {
        var options = new DeliveryOptions { Hostname = "mx.test", TrustedRoots = [_authority.Certificate] };
        var secret = new Secret("login", ImmutableDictionary<string, string>.Empty.Add("username", "user").Add("password", Password));
        return await RelayTest.RunAsync(
            relay, [secret], edit is null ? options : edit(options), recipient is null ? null : new RelayTestMessage("ops@example.com", recipient), TimeProvider.System,
            TestContext.Current.CancellationToken);
    }

    private X509Certificate2 Issue(string name)
    {
        var certificate = _authority.IssueServer(name);
        _certificates.Add(certificate);
        return certificate;
    }
}
