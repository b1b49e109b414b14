using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>
/// One gateway with a listener of every kind, for all tests of clients; what it takes goes to a catcher. Ends with a check that nothing
/// came twice and that it stops as it should.
/// </summary>
public sealed class EdgeGateway : IAsyncLifetime
{
    /// <summary>Password of the user <c>submission</c>, which is the ingress point's own.</summary>
    public const string Password = "Corr3ct-Horse+Battery";

    /// <summary>Password of the user <c>printer</c>.</summary>
    public const string PrinterPassword = "An0ther!Device,Secret";

    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedSmtpServer _catcher = new();
    private readonly TestAuthority _authority = TestAuthority.CreateRoot();
    private readonly TestAuthority _stranger = TestAuthority.CreateRoot("Stranger");
    private readonly Dictionary<EdgeListener, int> _ports = [];
    private ChildProcess? _process;

    /// <summary>For files of the tests.</summary>
    public string Directory => _directory.Path;

    /// <summary>The authority's certificate: the server's lead to it, for <c>localhost</c> and <c>mx.example.com</c>, by SNI <c>mx.example.org</c>.</summary>
    public string AuthorityFile => Path.Combine(Directory, "ca.crt");

    /// <summary>Certificate and key of a client that the listeners of <c>partners</c> know.</summary>
    public ClientFiles Partner => new(Path.Combine(Directory, "partner.crt"), Path.Combine(Directory, "partner.key"));

    /// <summary>Those of one whose authority they do not know.</summary>
    public ClientFiles Stranger => new(Path.Combine(Directory, "stranger.crt"), Path.Combine(Directory, "stranger.key"));

    /// <summary>Texts of the records that the keys of example.com, <c>r1.pem</c> and <c>e1.pem</c>, want in DNS, by name.</summary>
    public Dictionary<string, string> DkimRecords { get; } = [];

    public int Port(EdgeListener listener) => _ports[listener];

    public async ValueTask InitializeAsync()
    {
        foreach (var extension in (string[])["SMTPUTF8", "DSN"])
        {
            _catcher.Script.Extensions.Add(extension);
        }

        await WriteCertificatesAsync();
        await MakeDkimKeyAsync("r1", "rsa-sha256");
        await MakeDkimKeyAsync("e1", "ed25519-sha256");
        var configuration = Path.Combine(Directory, "mailmanager.yaml");
        await File.WriteAllTextAsync(configuration, Configuration());
        _process = ChildProcess.Start(Programs.MailManager, ["run", "--config", configuration], Directory);
        await _process.LineAsync("Started as");
        foreach (var group in Enum.GetValues<EdgeListener>().GroupBy(IngressPoint))
        {
            var lines = await _process.LinesAsync($"Ingress point {group.Key} listens on", group.Count());
            foreach (var (listener, line) in group.Zip(lines))
            {
                _ports.Add(listener, int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Waits for the message whose text holds the token, and for the end of its delivery.</summary>
    internal async Task<ArrivedMessage> ArrivedAsync(string token)
    {
        while (true)
        {
            var messages = _catcher.Messages;
            if (messages.FirstOrDefault(message => Encoding.UTF8.GetString(message.Data).Contains(token, StringComparison.Ordinal)) is { } message)
            {
                return new ArrivedMessage(message, _catcher.Sessions[message.Session - 1]);
            }

            try
            {
                await _catcher.WaitForMessagesAsync(messages.Count + 1);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"No message with '{token}' came:\n{_process!.Output}");
            }
        }
    }

    /// <summary>Nothing with the token came. Meant for what was refused: a message that comes later shows that nothing is on its way.</summary>
    internal async Task AssertNothingArrivedAsync(string token)
    {
        var mark = Token.Next();
        await using (var client = await RawSmtpClient.GreetAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, Port(EdgeListener.Plain))))
        {
            await client.CommandAsync("MAIL FROM:<ann@sender.example>");
            await client.CommandAsync("RCPT TO:<bob@example.com>");
            Assert.StartsWith("250", await client.DataAsync($"Subject: {mark}\r\n\r\n.\r\n"), StringComparison.Ordinal);
        }

        await ArrivedAsync(mark);
        Assert.DoesNotContain(_catcher.Messages, message => Encoding.UTF8.GetString(message.Data).Contains(token, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // Each message has its own Message-ID or subject, so a text that came twice below its trace headers was delivered twice.
            var code = await _process.TerminateAsync();
            Assert.True(code == 0, $"The gateway ended with {code}:\n{_process.Output}");
            var ids = _catcher.Messages.Select(message => ArrivedMessage.IdOf(message.Data)).ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
            await _process.DisposeAsync();
        }

        await _catcher.DisposeAsync();
        _authority.Dispose();
        _stranger.Dispose();
        _directory.Dispose();
    }

    private static string IngressPoint(EdgeListener listener) => listener switch
    {
        EdgeListener.Required => "strict",
        EdgeListener.Submission or EdgeListener.SubmissionImplicit or EdgeListener.SubmissionLmtp => "submission",
        EdgeListener.Mutual or EdgeListener.MutualImplicit => "partners",
        _ => "front-door",
    };

    private async Task MakeDkimKeyAsync(string selector, string algorithm)
    {
        var output = await ChildProcess.RunAsync(
            0, Programs.MailManager, "identity", "dkim", "example.com", "--selector", selector, "--algorithm", algorithm, "--output", Path.Combine(Directory, selector + ".pem"), "--json");
        var made = JsonNode.Parse(output)!;
        DkimRecords.Add(made["recordName"]!.GetValue<string>(), made["recordText"]!.GetValue<string>());
    }

    private async Task WriteCertificatesAsync()
    {
        await File.WriteAllTextAsync(AuthorityFile, _authority.Pem);
        using var server = _authority.IssueServer("mx.example.com", "localhost");
        using var other = _authority.IssueServer("mx.example.org");
        using var partner = _authority.IssueClient("device-7");
        using var stranger = _stranger.IssueClient("device-7");
        foreach (var (name, certificate) in new[] { ("mx", server), ("other", other), ("partner", partner), ("stranger", stranger) })
        {
            await File.WriteAllTextAsync(Path.Combine(Directory, name + ".crt"), certificate.ExportCertificatePem() + "\n");
            await File.WriteAllTextAsync(Path.Combine(Directory, name + ".key"), TestAuthority.KeyPem(certificate));
        }
    }

    private string Configuration() => $$"""
        Node:
          Hostname: mx.example.com
          DataDirectory: data
          Management: { Listen: "127.0.0.1:0" }
          Tls: { CertificatePath: mx.crt, KeyPath: mx.key }
          Certificates: [ { CertificatePath: other.crt, KeyPath: other.key } ]
        Identities:
          - EmailIdentity: example.com
            DkimSigningAttributes:
              - { DomainSigningSelector: r1, DomainSigningPrivateKeyFile: r1.pem }
              - { DomainSigningSelector: e1, DomainSigningPrivateKeyFile: e1.pem }
          - xn--bcher-kva.example
        TrafficPolicies:
          - { TrafficPolicyName: any, DefaultAction: ALLOW, PolicyStatements: [] }
        RuleSets:
          - RuleSetName: inside
            Rules:
              - Name: partner
                Conditions:
                  - StringExpression: { Evaluate: { ClientCertificateAttribute: CN }, Operator: EQUALS, Values: [ device-7 ] }
                Actions:
                  - AddHeader: { HeaderName: X-Partner, HeaderValue: device-7 }
              - Name: inside
                Actions:
                  - Relay: { Relay: inside, MailFrom: PRESERVE }
        Relays:
          - { RelayName: inside, ServerName: 127.0.0.1, ServerPort: {{_catcher.EndPoint.Port}}, Authentication: { NoAuthentication: {} } }
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: any
            RuleSetId: inside
            Listeners:
              - "127.0.0.1:0"
              - { Address: "127.0.0.1:0", Tls: IMPLICIT }
              - { Address: "127.0.0.1:0", Protocol: LMTP }
              - { Address: "127.0.0.1:0", Protocol: LMTP, Tls: IMPLICIT }
              - { Address: "127.0.0.1:0", ProxyFrom: [ 127.0.0.1 ] }
              - { Address: "127.0.0.1:0", ProxyFrom: [ 127.0.0.1 ], Tls: IMPLICIT }
              - { Address: "127.0.0.1:0", XClientFrom: [ 127.0.0.1 ] }
          - IngressPointName: strict
            Type: OPEN
            TrafficPolicyId: any
            RuleSetId: inside
            Listeners: [ "127.0.0.1:0" ]
          - IngressPointName: submission
            Type: AUTH
            TrafficPolicyId: any
            RuleSetId: inside
            IngressPointConfiguration: { SmtpPassword: "{{Password}}" }
            Credentials: [ { Name: printer, SmtpPassword: "{{PrinterPassword}}" } ]
            Listeners: [ "127.0.0.1:0", { Address: "127.0.0.1:0", Tls: IMPLICIT }, { Address: "127.0.0.1:0", Protocol: LMTP } ]
          - IngressPointName: partners
            Type: MTLS
            TrafficPolicyId: any
            RuleSetId: inside
            IngressPointConfiguration: { TlsAuthConfiguration: { TrustStore: { CAContent: "${file:ca.crt}" } } }
            Listeners: [ "127.0.0.1:0", { Address: "127.0.0.1:0", Tls: IMPLICIT } ]
        Delivery:
          RetrySchedule: [1s]
        """;
}

/// <summary>PEM files of a client.</summary>
public sealed record ClientFiles(string Certificate, string Key);

/// <summary>All tests that use the gateway, one after another: they share its catcher and the counts of failed log-ins.</summary>
[CollectionDefinition(nameof(EdgeCollection))]
public sealed class EdgeCollection : ICollectionFixture<EdgeGateway>;
