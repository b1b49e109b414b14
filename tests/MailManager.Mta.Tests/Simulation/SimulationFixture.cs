using System.Text;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Mta.Simulation;
using MailManager.Resources.RuleTests;

namespace MailManager.Mta.Tests.Simulation;

/// <summary>A configuration in a directory of its own, and messages to ask about.</summary>
internal sealed class SimulationFixture : IDisposable
{
    public const string Plain = "From: Ann <ann@sender.example>\nTo: bob@example.com\nSubject: Hello\n\nHi Bob\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;

    public string PathOf(string name) => Path.Combine(_directory, name);

    /// <summary>Writes a file below the directory and returns its path.</summary>
    public string Write(string name, string content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>A configuration with ingress point <c>front-door</c>, relays <c>inside</c> and <c>other</c>, and identity example.com.</summary>
    /// <param name="rules">YAML of the rules, indented below <c>Rules:</c>.</param>
    /// <param name="more">Further top-level keys.</param>
    /// <param name="statements">YAML of the policy's statements, indented below <c>PolicyStatements:</c>.</param>
    public static string Text(string rules, string more = "", string statements = "") => $$"""
        Node:
          Hostname: mx.example.com
          Management: { Listen: "127.0.0.1:0" }
        Identities: [ example.com ]
        TrafficPolicies:
          - TrafficPolicyName: public-mx
            DefaultAction: ALLOW
            MaxMessageSizeBytes: 20000
            PolicyStatements:
              - Action: DENY
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: STARTS_WITH, Values: ["denied@"] }
        {{statements}}
        RuleSets:
          - RuleSetName: gateway
            Rules:
        {{rules}}
        Relays:
          - { RelayName: inside, ServerName: 127.0.0.1, ServerPort: 2599, Authentication: { NoAuthentication: {} } }
          - { RelayName: other, ServerName: 127.0.0.1, ServerPort: 2598, Authentication: { NoAuthentication: {} } }
        IngressPoints:
          - IngressPointName: front-door
            Type: OPEN
            TlsPolicy: OPTIONAL
            TrafficPolicyId: public-mx
            RuleSetId: gateway
            Listeners: ["127.0.0.1:0"]
        {{more}}
        """;

    /// <summary>Fails the test with the errors if there are any.</summary>
    public async Task<CheckedConfiguration> CheckAsync(string text)
    {
        var (configuration, errors) = await TryCheckAsync(text);
        Assert.True(configuration is not null, string.Join('\n', errors));
        return configuration;
    }

    public async Task<(CheckedConfiguration? Configuration, IReadOnlyList<string> Errors)> TryCheckAsync(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var result = ConfigurationFile.Load(stream, "test.yaml", new ConfigurationSource { BaseDirectory = _directory, DataDirectory = _directory });
        if (result.Configuration is not { } loaded)
        {
            return (null, [.. result.Errors.Select(error => error.ToString())]);
        }

        var (configuration, errors) = await CheckedConfiguration.MakeAsync(loaded, TimeProvider.System);
        return (configuration, [.. errors.Select(error => error.ToString())]);
    }

    public async Task<Simulator> SimulatorAsync(string text)
    {
        var configuration = await CheckAsync(text);
        return new Simulator(configuration.Loaded, configuration.IngressPoints);
    }

    public static Sample Sample(string message = Plain, string sender = "ann@sender.example", params string[] recipients) => new(
        "sample", "front-door", new TestEnvelope { MailFrom = sender, Recipients = [.. recipients] }, MessageFile.WithCrLf(Encoding.UTF8.GetBytes(message)));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
