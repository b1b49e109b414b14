using System.Globalization;

namespace MailManager.Interop.Tests.Peers;

/// <summary>The gateway as an operator runs it: the executable, a configuration file, a data directory that outlives it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly ChildProcess _child;

    private GatewayProcess(ChildProcess child, int port)
    {
        _child = child;
        Port = port;
    }

    public int Port { get; }

    public ChildProcess Process => _child;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="directory">For configuration and data.</param>
    /// <param name="relayPort">Where everything for example.com goes.</param>
    /// <param name="relay">More lines of the relay, such as <c>Tls: NONE</c>.</param>
    /// <param name="data">Data directory, if not below <paramref name="directory"/>.</param>
    /// <param name="login">A secret for the relay, as in <c>username: NAME, password: WORD</c>.</param>
    public static async Task<GatewayProcess> StartAsync(string directory, int relayPort, string relay = "", string? data = null, string? login = null)
    {
        var configuration = Path.Combine(directory, "mailmanager.yaml");
        var secrets = login is null ? "" : $"Secrets: [ {{ Name: login, SecretString: {{ {login} }} }} ]";
        await File.WriteAllTextAsync(configuration, $$"""
            Node:
              Hostname: mx.example.com
              DataDirectory: {{data ?? "data"}}
              Management: { Listen: "127.0.0.1:0" }
            Identities: [ example.com ]
            TrafficPolicies:
              - TrafficPolicyName: public-mx
                DefaultAction: DENY
                PolicyStatements:
                  - Action: ALLOW
                    Conditions:
                      - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: ENDS_WITH, Values: ["@example.com"] }
            RuleSets:
              - RuleSetName: gateway
                Rules:
                  - Name: inside
                    Conditions:
                      - IpExpression: { Evaluate: { Attribute: SOURCE_IP }, Operator: NOT_CIDR_MATCHES, Values: ["206.55.128.0/22"] }
                    Actions:
                      - AddHeader: { HeaderName: X-Gateway, HeaderValue: MailManager }
                      - Relay: { Relay: inside, MailFrom: PRESERVE }
            Relays:
              - RelayName: inside
                ServerName: localhost
                ServerPort: {{relayPort}}
                Authentication: {{(login is null ? "{ NoAuthentication: {} }" : "{ SecretArn: login }")}}
                {{relay}}
            IngressPoints:
              - IngressPointName: front-door
                Type: OPEN
                TlsPolicy: OPTIONAL
                TrafficPolicyId: public-mx
                RuleSetId: gateway
                Listeners: ["127.0.0.1:0"]
            Delivery:
              RetrySchedule: [1s]
              DsnRelay: inside
            {{secrets}}
            """);
        var child = ChildProcess.Start(Programs.MailManager, ["run", "--config", configuration], directory);
        var line = await child.LineAsync("Ingress point front-door listens on");
        await child.LineAsync("Started as");
        return new GatewayProcess(child, int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until the log tells of so many deliveries.</summary>
    public Task DeliveredAsync(int count) => _child.LinesAsync("[4000]", count);

    /// <summary>Waits until everything that was in the spool at the start is delivered.</summary>
    public async Task EmptyAsync()
    {
        var opened = await _child.LineAsync("messages with");
        var waiting = opened[(opened.IndexOf("messages with ", StringComparison.Ordinal) + 14)..].Split(' ')[0];
        await DeliveredAsync(int.Parse(waiting, CultureInfo.InvariantCulture));
    }

    public Task KillAsync() => _child.KillAsync();

    public Task<int> TerminateAsync() => _child.TerminateAsync();

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
