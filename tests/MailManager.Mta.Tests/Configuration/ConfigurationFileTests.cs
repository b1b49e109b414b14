using System.Net;
using System.Text;
using MailManager.Delivery.Shaping;
using MailManager.Mta.Configuration;
using MailManager.Resources.Expressions;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Tests.Configuration;

public sealed class ConfigurationFileTests : IDisposable
{
    private const string Sample = """
        Node:
          Hostname: mx1.example.com            # greeting, trace headers, EHLO to others
          DataDirectory: ./data
          Management: { Listen: "127.0.0.1:8025" }
          Tls: { CertificatePath: cert.pem, KeyPath: key.pem }   # absent: self-signed, made in the data directory
        Identities: [ example.com ]            # verified domains or addresses
        Secrets:
          - Name: exchange-login
            SecretString: { username: svc, password: "${env:EXCHANGE_PASSWORD}" }   # also ${file:PATH}
        TrafficPolicies:
          - TrafficPolicyName: public-mx
            DefaultAction: DENY
            MaxMessageSizeBytes: 41943040
            PolicyStatements:
              - Action: ALLOW
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@example.com"] }
        RuleSets:
          - RuleSetName: gateway
            Rules:
              - Name: to-exchange
                Conditions:
                  - IpExpression: { Evaluate: { Attribute: SOURCE_IP }, Operator: NOT_CIDR_MATCHES, Values: ["206.55.128.0/22"] }
                Actions:
                  - AddHeader: { HeaderName: X-Gateway, HeaderValue: MailManager }
                  - Relay: { Relay: RelayToMyExchangeServer, MailFrom: PRESERVE }
        Relays:
          - RelayName: RelayToMyExchangeServer
            ServerName: 127.0.0.1
            ServerPort: 2526
            Authentication: { NoAuthentication: {} }      # or { SecretArn: exchange-login }
            Tls: OPPORTUNISTIC                            # (+) NONE, OPPORTUNISTIC, REQUIRED (checked certificate), IMPLICIT
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: public-mx
            RuleSetId: gateway
            Listeners: ["127.0.0.1:2525"]                 # (+) port 0: chosen by the system and logged
        Delivery:
          RetrySchedule: [1m, 5m, 15m, 30m, 1h]           # (+) last one repeats
          Expiry: 4d                                      # (+)
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("configuration").FullName;

    private readonly ConfigurationSource _source = new()
    {
        EnvironmentVariable = name => name == "EXCHANGE_PASSWORD" ? "correct horse" : null,
        MachineName = "machine.example.net",
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_sample_becomes_settings_and_records()
    {
        File.WriteAllText(Path.Combine(_directory, "cert.pem"), "");
        File.WriteAllText(Path.Combine(_directory, "key.pem"), "");

        var result = ConfigurationFile.Load(Write(Sample), _source);

        Assert.Empty(result.Errors);
        var (node, delivery, resources) = (
            result.Configuration!.NodeSettings, result.Configuration.DeliverySettings, result.Configuration.ResourceSet);
        Assert.Equal(
            new NodeSettings
            {
                Hostname = "mx1.example.com",
                DataDirectory = Path.Combine(_directory, "data"),
                ManagementListen = new IPEndPoint(IPAddress.Loopback, 8025),
                Tls = new TlsFiles(Path.Combine(_directory, "cert.pem"), Path.Combine(_directory, "key.pem")),
            },
            node);
        Assert.Equal([1, 5, 15, 30, 60], delivery.RetrySchedule.Select(duration => duration.TotalMinutes));
        Assert.Equal(TimeSpan.FromDays(4), delivery.Expiry);
        Assert.Null(delivery.DsnRelay);

        Assert.True(resources.Identities.Covers("a@example.com"));
        Assert.Equal("correct horse", Assert.Single(resources.Secrets).Values["password"]);
        var policy = Assert.Single(resources.TrafficPolicies);
        Assert.Equal((AcceptAction.Deny, 41943040), (policy.DefaultAction, policy.MaxMessageSizeBytes));
        var statement = Assert.Single(policy.PolicyStatements);
        Assert.Equal(StringOperator.EndsWith, Assert.IsType<PolicyStringExpression>(Assert.Single(statement.Conditions)).Operator);
        var rule = Assert.Single(Assert.Single(resources.RuleSets).Rules);
        Assert.Equal(["206.55.128.0/22"], Assert.IsType<RuleIpExpression>(Assert.Single(rule.Conditions)).Values);
        Assert.Equal(
            [
                new RuleAction.AddHeader("X-Gateway", "MailManager"),
                new RuleAction.Relay("RelayToMyExchangeServer", MailFrom.Preserve, null),
            ],
            rule.Actions);
        var relay = Assert.Single(resources.Relays);
        Assert.Equal((new RelayServer("127.0.0.1", 2526), RelayTls.Opportunistic), (Assert.Single(relay.Servers), relay.Tls));
        Assert.Equal(new RelayAuthentication.None(), relay.Authentication);
        var point = Assert.Single(resources.IngressPoints);
        Assert.Equal((IngressPointType.Open, TlsPolicy.Optional), (point.Type, point.TlsPolicy));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 2525)], point.Listeners.Select(listener => listener.Address));
    }

    [Fact]
    public void The_example_of_the_documentation_is_sound()
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "configuration.md"));
        var start = text.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;

        var source = _source with { EnvironmentVariable = name => $"value-of-{name.Length}" };

        var result = ConfigurationFile.Load(Write(text[start..text.IndexOf("```", start, StringComparison.Ordinal)]), source);

        Assert.Empty(result.Errors);
        Assert.Equal(
            [IngressPointType.Open, IngressPointType.Auth], result.Configuration!.ResourceSet.IngressPoints.Select(point => point.Type));
    }

    [Fact]
    public void Everything_but_a_map_can_be_left_out()
    {
        var result = ConfigurationFile.Load(Write("{}"), _source);

        Assert.Empty(result.Errors);
        Assert.Equal(
            new NodeSettings
            {
                Hostname = "machine.example.net",
                DataDirectory = Path.Combine(_directory, "data"),
                ManagementListen = new IPEndPoint(IPAddress.Loopback, 8025),
            },
            result.Configuration!.NodeSettings);
        Assert.Equal([1, 5, 15, 30, 60], result.Configuration.DeliverySettings.RetrySchedule.Select(duration => duration.TotalMinutes));
        Assert.Empty(result.Configuration.ResourceSet.IngressPoints);
    }

    [Fact]
    public void Json_is_read_by_its_name()
    {
        var path = Path.Combine(_directory, "mailmanager.json");
        File.WriteAllText(path, "{\"Node\": {\"Hostname\": \"a.example\"},\n\"Delivery\": {\"Expiry\": \"2h\"}}");

        var configuration = ConfigurationFile.Load(path, _source).Configuration!;

        Assert.Equal("a.example", configuration.NodeSettings.Hostname);
        Assert.Equal(TimeSpan.FromHours(2), configuration.DeliverySettings.Expiry);
    }

    [Fact]
    public void A_stream_is_read_under_its_display_name()
    {
        using var good = new MemoryStream(Encoding.UTF8.GetBytes("Node: { DataDirectory: here }"));
        using var bad = new MemoryStream(Encoding.UTF8.GetBytes("Nodes: {}"));
        var source = _source with { BaseDirectory = _directory };

        Assert.Equal(
            Path.Combine(_directory, "here"),
            ConfigurationFile.Load(good, "(quick start)", source).Configuration!.NodeSettings.DataDirectory);
        Assert.Equal(
            ["(quick start):1:1: 'Nodes' is not a known key; did you mean Node?"], Lines(ConfigurationFile.Load(bad, "(quick start)", source)));
    }

    [Fact]
    public void The_command_line_names_the_data_directory_from_the_current_one()
    {
        var source = _source with { DataDirectory = "elsewhere" };

        Assert.Equal(
            Path.GetFullPath("elsewhere"),
            ConfigurationFile.Load(Write("Node: { DataDirectory: here }"), source).Configuration!.NodeSettings.DataDirectory);
    }

    [Theory]
    [InlineData("Node: { Hostname: mx_1 }", "1: Node.Hostname: 'mx_1' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("Node: { Hostname: }", "1: Node.Hostname: must be text, not nothing (leave the key out, or give it a value)")]
    [InlineData("Node: { DataDirectory: '' }", "1: Node.DataDirectory: '' has 0 characters, must have at least 1")]
    [InlineData("Node: { Management: { Listen: 8025 } }", "1: Node.Management.Listen: '8025' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("Node: { Management: { Port: 1 } }", "1: Node.Management: 'Port' is not a known key; known are Listen")]
    [InlineData("Node:\n  Tls: { CertificatePath: DIR/there.pem }", "2: Node.Tls: KeyPath is missing")]
    [InlineData("Node:\n  Tls: { KeyPath: there.pem }", "2: Node.Tls: CertificatePath is missing")]
    [InlineData("Node:\n  Tls: { CertificatePath: there.pem, KeyPath: missing.pem }", "2: Node.Tls.KeyPath: the file 'DIR/missing.pem' does not exist")]
    [InlineData("Node: [1]", "1: Node: must be a map, not a list")]
    [InlineData("Delivery: { RetrySchedule: [] }", "1: Delivery.RetrySchedule: has 0 entries, must have 1 to 100")]
    [InlineData("Delivery: { RetrySchedule: [1m, 5] }", "1: Delivery.RetrySchedule[1]: '5' is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d")]
    [InlineData("Delivery: { RetrySchedule: [0s] }", "1: Delivery.RetrySchedule[0]: '0s' is not from 1s to 30d")]
    [InlineData("Delivery: { Expiry: 31d }", "1: Delivery.Expiry: '31d' is not from 1s to 30d")]
    [InlineData("Delivery: { Expiry: 4294967295d }", "1: Delivery.Expiry: '4294967295d' is not from 1s to 30d")]
    [InlineData("Delivery: { Expiry: 4294967296d }", "1: Delivery.Expiry: '4294967296d' is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d")]
    [InlineData("Delivery: { Expiry: 4 d }", "1: Delivery.Expiry: '4 d' is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d")]
    [InlineData("Delivery: { Expiry: -1d }", "1: Delivery.Expiry: '-1d' is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d")]
    [InlineData("Delivery: { Expire: 1d }", "1: Delivery: 'Expire' is not a known key; did you mean Expiry?")]
    [InlineData("Delivery: { Destinations: [{ MaxConnections: 1 }] }", "1: Delivery.Destinations[0]: Match is missing")]
    [InlineData("Delivery: { Destinations: [{ Match: [example.com] }] }", "1: Delivery.Destinations[0].Match[0]: 'example.com' is not relay:NAME, mx:DOMAIN, mx:*.DOMAIN or mx:*")]
    [InlineData("Delivery: { Destinations: [{ Match: ['mx:a*.example'] }] }", "1: Delivery.Destinations[0].Match[0]: 'a*.example' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("Delivery: { Destinations: [{ Match: ['relay:out'] }] }", "1: Delivery.Destinations[0].Match[0]: no relay is named 'out'")]
    [InlineData("Delivery: { Destinations: [{ Match: ['mx:*'], MessageRate: 100 }] }", "1: Delivery.Destinations[0].MessageRate: '100' is not a rate; write a whole number, a slash and a duration, such as 100/1m")]
    [InlineData("Delivery: { Destinations: [{ Match: ['mx:*'], MessageRate: 0/1m }] }", "1: Delivery.Destinations[0].MessageRate: '0' is not a whole number from 1 to 1000000")]
    [InlineData("Delivery: { Destinations: [{ Match: ['mx:*'], MessageRate: 1/2d }] }", "1: Delivery.Destinations[0].MessageRate: '2d' is not from 1s to 1d")]
    [InlineData("Delivery: { Destinations: [{ Match: ['mx:*'], Expiry: 31d }] }", "1: Delivery.Destinations[0].Expiry: '31d' is not from 1s to 30d")]
    [InlineData("Delivery: { MaxConnections: 0 }", "1: Delivery.MaxConnections: '0' is not a whole number from 1 to 100000")]
    [InlineData("Delivery: { TlsReports: {} }", "1: Delivery.TlsReports: From is missing")]
    [InlineData("Delivery: { TlsReports: { From: me } }", "1: Delivery.TlsReports.From: 'me' is no mailbox of ASCII characters")]
    [InlineData("Delivery: { DsnRelay: out }", "1: Delivery.DsnRelay: no relay is named 'out'")]
    public void Settings_are_checked(string text, string expected)
    {
        File.WriteAllText(Path.Combine(_directory, "there.pem"), "");
        var path = Write(text.Replace("DIR", _directory, StringComparison.Ordinal));

        Assert.Equal(
            [$"{path}:{expected.Replace("DIR", _directory, StringComparison.Ordinal)}"], Lines(ConfigurationFile.Load(path, _source)));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\n  MtaSts: true", true)]
    [InlineData("\n  MtaSts: false", false)]
    public void Policies_of_mta_sts_are_kept_to_unless_it_is_said_otherwise(string lines, bool expected)
    {
        var text = Sample.Replace("  Tls: {", "  # {", StringComparison.Ordinal) + lines;
        Assert.Equal(expected, ConfigurationFile.Load(Write(text), _source).Configuration!.DeliverySettings.MtaSts);
    }

    [Fact]
    public void Dsn_relay_names_a_relay()
    {
        var text = Sample.Replace("  Tls: {", "  # {", StringComparison.Ordinal) + "\n  DsnRelay: RelayToMyExchangeServer";

        Assert.Equal(
            "RelayToMyExchangeServer", ConfigurationFile.Load(Write(text), _source).Configuration!.DeliverySettings.DsnRelay);
    }

    [Fact]
    public void Destinations_have_limits()
    {
        var result = ConfigurationFile.Load(
            Write("""
                Delivery:
                  Destinations:
                    - Match: [mx:example.net, mx:*.example.net]
                      MaxConnections: 7
                      InitialConnections: 2
                      MaxMessagesPerConnection: 50
                      ConnectionRate: 10/1s
                      MessageRate: 100/1m
                      RecipientRate: 1000/1d
                      IdleConnection: 3s
                      RetrySchedule: [2m, 1h]
                    - Match: [mx:*]
                """),
            _source);

        var destinations = result.Configuration!.DeliverySettings.Destinations;
        var (first, second) = (destinations[0], destinations[1]);
        Assert.Equal([new DestinationPattern("mx:example.net"), new DestinationPattern("mx:*.example.net")], first.Match);
        Assert.Equal([TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)], first.RetrySchedule);
        Assert.Equal(
            new DestinationLimits
            {
                Match = first.Match,
                MaxConnections = 7,
                InitialConnections = 2,
                MaxMessagesPerConnection = 50,
                ConnectionRate = new RateLimit(10, TimeSpan.FromSeconds(1)),
                MessageRate = new RateLimit(100, TimeSpan.FromMinutes(1)),
                RecipientRate = new RateLimit(1000, TimeSpan.FromDays(1)),
                IdleConnection = TimeSpan.FromSeconds(3),
                RetrySchedule = first.RetrySchedule,
            },
            first);
        Assert.Equal(new DestinationLimits { Match = second.Match }, second);
    }

    [Fact]
    public void Management_and_ingress_points_must_not_share_an_address()
    {
        var text = Sample.Replace("  Tls: {", "  # {", StringComparison.Ordinal).Replace("127.0.0.1:2525", "0.0.0.0:8025", StringComparison.Ordinal);
        var path = Write(text);

        Assert.Equal(
            [$"{path}:39: IngressPoints[0].Listeners[0]: 0.0.0.0:8025 is taken by 127.0.0.1:8025 at Node.Management.Listen, on line 4"],
            Lines(ConfigurationFile.Load(path, _source)));
    }

    [Fact]
    public void A_machine_name_that_is_no_host_name_is_no_default()
    {
        var path = Write("\nNode: { DataDirectory: d }\n");

        Assert.Equal(
            [$"{path}:2: Node: Hostname is missing, and the machine's name 'my_machine' cannot stand for it"],
            Lines(ConfigurationFile.Load(path, _source with { MachineName = "my_machine" })));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error()
    {
        var path = Path.Combine(_directory, "no.yaml");

        Assert.Equal([$"{path}: does not exist"], Lines(ConfigurationFile.Load(path, _source)));
        Assert.Single(ConfigurationFile.Load(_directory, _source).Errors);
    }

    [Fact]
    public void A_file_that_is_too_large_is_an_error()
    {
        var path = Write(new string('#', 17 * 1024 * 1024));

        Assert.Equal([$"{path}:1:1: is larger than 16777216 octets"], Lines(ConfigurationFile.Load(path, _source)));
    }

    [Fact]
    public void Errors_of_settings_and_resources_come_together()
    {
        var path = Write("Delivery: { Expiry: never }\nRelays: [{}]\nNode: { Hostname: '-' }\nIdentities: [a_b]\n");

        Assert.Equal([1, 2, 2, 2, 2, 3, 4], ConfigurationFile.Load(path, _source).Errors.Select(error => error.Location.Line));
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "MailManager.Mta.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }

    private string Write(string text)
    {
        var path = Path.Combine(_directory, "mailmanager.yaml");
        File.WriteAllText(path, text);
        return path;
    }

    private static string[] Lines(ConfigurationResult result)
    {
        Assert.Null(result.Configuration);
        return [.. result.Errors.Select(error => error.ToString())];
    }
}
