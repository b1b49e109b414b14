using System.Net;
using System.Text;
using MailManager.Delivery;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>
/// The whole gateway in this process, from configuration to sockets: ports of the system's choice, a scripted server as relay <c>inside</c>, another
/// one as relay <c>bounces</c> for notifications, and a data directory of its own.
/// </summary>
internal sealed class Gateway : IAsyncDisposable
{
    private readonly string _directory;
    private MailManagerProcess _process;
    private readonly LoadedConfiguration _configuration;
    private readonly MxOptions? _mx;
    private readonly string _text;

    private Gateway(
        string directory, string text, LoadedConfiguration configuration, MailManagerProcess process, ScriptedSmtpServer inside, ScriptedSmtpServer bounces, MxOptions? mx)
    {
        _mx = mx;
        _directory = directory;
        _text = text;
        _configuration = configuration;
        _process = process;
        Inside = inside;
        Bounces = bounces;
    }

    public ScriptedSmtpServer Inside { get; }

    public ScriptedSmtpServer Bounces { get; }

    public IPEndPoint EndPoint => _process.Listeners[0].EndPoint;

    public string DataDirectory => _directory;

    public Uri Management => new($"http://{_process.ManagementEndPoint}/");

    /// <summary>A rule set that relays everything.</summary>
    public const string RelayAll = """
              - Actions:
                  - Relay: { Relay: inside }
        """;

    /// <param name="rules">YAML of the rules, indented below <c>Rules:</c>.</param>
    /// <param name="maxMessageSize">In octets.</param>
    /// <param name="retry">First entry of the retry schedule.</param>
    /// <param name="inside">The relay; null: a friendly one.</param>
    /// <param name="edit">Changes the text of the configuration.</param>
    /// <param name="actions">One rule with these actions stands in for <paramref name="rules"/>.</param>
    /// <param name="ruleSet">These rules stand in for <paramref name="rules"/>.</param>
    /// <param name="policy">These statements stand in for those of the policy.</param>
    /// <param name="mx">How mail domains' servers are found.</param>
    /// <param name="loggers">Take what is logged; null: nobody does.</param>
    public static async Task<Gateway> StartAsync(
        string rules = RelayAll,
        int maxMessageSize = 20_000_000,
        string retry = "1m",
        ScriptedSmtpServer? inside = null,
        Func<string, string>? edit = null,
        RuleAction[]? actions = null,
        Rule[]? ruleSet = null,
        PolicyStatement[]? policy = null,
        MxOptions? mx = null,
        ILoggerFactory? loggers = null)
    {
        ruleSet ??= actions is null ? null : [new Rule { Actions = [.. actions] }];
        inside ??= new ScriptedSmtpServer();
        var bounces = new ScriptedSmtpServer();
        var directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;
        var text = Text(rules, maxMessageSize, retry, inside, bounces);
        text = edit is null ? text : edit(text);
        var configuration = Load(text, directory);
        configuration = ruleSet is null ? configuration : configuration with
        {
            ResourceSet = configuration.ResourceSet with { RuleSets = [configuration.ResourceSet.RuleSets[0] with { Rules = [.. ruleSet] }] },
        };
        configuration = policy is null ? configuration : configuration with
        {
            ResourceSet = configuration.ResourceSet with
            {
                TrafficPolicies = [configuration.ResourceSet.TrafficPolicies[0] with { PolicyStatements = [.. policy] }],
            },
        };
        var process = await MailManagerProcess.StartAsync(configuration, loggers ?? NullLoggerFactory.Instance, TimeProvider.System, mx);
        return new Gateway(directory, text, configuration, process, inside, bounces, mx);
    }

    /// <summary>Reads a configuration text; fails the test with its errors if there are any.</summary>
    public static LoadedConfiguration Load(string text, string directory)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var result = ConfigurationFile.Load(stream, "test.yaml", new ConfigurationSource { BaseDirectory = directory, DataDirectory = directory });
        Assert.True(result.Configuration is not null, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    /// <summary>The configuration text; the relay and the listeners are on loopback.</summary>
    public static string Text(string rules, int maxMessageSize, string retry, ScriptedSmtpServer inside, ScriptedSmtpServer bounces) => $$"""
        Node:
          Hostname: mx.example.com
          Management: { Listen: "127.0.0.1:0" }
        Identities: [ example.com, only@partial.example ]
        TrafficPolicies:
          - TrafficPolicyName: public-mx
            DefaultAction: ALLOW
            MaxMessageSizeBytes: {{maxMessageSize}}
            PolicyStatements:
              - Action: DENY
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: STARTS_WITH, Values: ["denied@"] }
        RuleSets:
          - RuleSetName: gateway
            Rules:
        {{rules}}
        Relays:
          - RelayName: inside
            ServerName: 127.0.0.1
            ServerPort: {{inside.EndPoint.Port}}
            Authentication: { NoAuthentication: {} }
          - RelayName: bounces
            ServerName: 127.0.0.1
            ServerPort: {{bounces.EndPoint.Port}}
            Authentication: { NoAuthentication: {} }
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: public-mx
            RuleSetId: gateway
            Listeners: ["127.0.0.1:0"]
        Delivery:
          RetrySchedule: [{{retry}}]
          DsnRelay: bounces
        """;

    public Task<RawSmtpClient> GreetAsync() => RawSmtpClient.GreetAsync(EndPoint);

    /// <summary>Sends one message and returns the reply to its data, or the first refusal before it.</summary>
    public async Task<string> SendAsync(string data, string sender, params string[] recipients)
    {
        await using var client = await GreetAsync();
        var reply = await client.CommandAsync($"MAIL FROM:<{sender}>");
        if (!reply.StartsWith('2'))
        {
            return reply;
        }

        foreach (var recipient in recipients)
        {
            reply = await client.CommandAsync($"RCPT TO:<{recipient}>");
            if (!reply.StartsWith('2'))
            {
                return reply;
            }
        }

        return await client.DataAsync(data);
    }

    /// <summary>Stops the gateway and starts it again on the same data.</summary>
    /// <param name="edit">Changes the text of the configuration that it was started with.</param>
    public async Task RestartAsync(Func<string, string>? edit = null)
    {
        await _process.DisposeAsync();
        _process = await MailManagerProcess.StartAsync(edit is null ? _configuration : Load(edit(_text), _directory), NullLoggerFactory.Instance, TimeProvider.System, _mx);
    }

    /// <summary>Reads another configuration while the gateway runs; whether it is in force then.</summary>
    /// <param name="edit">Changes the text of the configuration that it was started with.</param>
    public Task<bool> ReloadAsync(Func<string, string> edit)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(edit(_text)));
        return _process.ReloadAsync(ConfigurationFile.Load(stream, "test.yaml", new ConfigurationSource { BaseDirectory = _directory, DataDirectory = _directory }));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await Inside.DisposeAsync();
        await Bounces.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
