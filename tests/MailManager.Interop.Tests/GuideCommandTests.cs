using System.Text.Json;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests;

/// <summary>The commands that help to set a gateway up: <c>relay test</c> and <c>gateway-guide</c>.</summary>
public sealed class GuideCommandTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ScriptedSmtpServer _server = new();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_relay_that_works_and_one_that_does_not()
    {
        var file = Configuration();

        var output = await ChildProcess.RunAsync(0, Programs.MailManager, "relay", "test", "inside", "--config", file, "--to", "bob@example.com");
        Assert.Contains($"-- connecting to {_server.EndPoint}\nS: 220 ", output, StringComparison.Ordinal);
        Assert.Contains("C: EHLO mx.example.com\n", output, StringComparison.Ordinal);
        Assert.Contains("TLS: none, clear text\n", output, StringComparison.Ordinal);
        Assert.Contains("Relay inside works.", output, StringComparison.Ordinal);
        Assert.Equal(("postmaster@mx.example.com", "bob@example.com"), (_server.Messages.Single().ReversePath, _server.Messages.Single().Recipients.Single()));

        _server.Script.On("RCPT", "550 5.1.1 unknown");
        output = await ChildProcess.RunAsync(1, Programs.MailManager, "relay", "test", "inside", "--config", file, "--to", "bob@example.com", "--from", "ann@example.com", "--json");
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("works").GetBoolean());
        Assert.Equal("refused at RCPT: 550 5.1.1 unknown", json.RootElement.GetProperty("failure").GetString());
        Assert.Contains("does not take the recipient", json.RootElement.GetProperty("advice").GetString(), StringComparison.Ordinal);
        Assert.Contains(json.RootElement.GetProperty("dialogue").EnumerateArray(), entry => entry.GetProperty("text").GetString()!.StartsWith("MAIL FROM:<ann@example.com>", StringComparison.Ordinal));

        Assert.Contains("there are inside", await ChildProcess.RunAsync(1, Programs.MailManager, "relay", "test", "outside", "--config", file), StringComparison.Ordinal);
        Assert.Contains("is no address", await ChildProcess.RunAsync(1, Programs.MailManager, "relay", "test", "inside", "--config", file, "--to", "bob"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guide_has_names_and_addresses_of_the_configuration_and_one_that_check_takes()
    {
        var output = await ChildProcess.RunAsync(0, Programs.MailManager, "gateway-guide", "google-workspace", "--config", Configuration(), "--domain", "acme.test");
        Assert.StartsWith("# Google Workspace behind MailManager\n", output, StringComparison.Ordinal);
        Assert.Contains("Gateway IPs: add 203.0.113.7.", output, StringComparison.Ordinal);
        var start = output.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        var made = Path.Combine(_directory.Path, "made.yaml");
        await File.WriteAllTextAsync(made, output[start..output.IndexOf("\n```", start, StringComparison.Ordinal)] + "\n");
        Assert.Contains("No errors.", await ChildProcess.RunAsync(0, Programs.MailManager, "check", "--strict", "--config", made), StringComparison.Ordinal);

        output = await ChildProcess.RunAsync(0, Programs.MailManager, "gateway-guide", "microsoft-365", "--config", Configuration(), "--json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal("example.com", json.RootElement.GetProperty("domain").GetString());
        await ChildProcess.RunAsync(1, Programs.MailManager, "gateway-guide", "elsewhere");
        await ChildProcess.RunAsync(1, Programs.MailManager, "gateway-guide", "google-workspace", "--domain", "no domain");
    }

    private string Configuration()
    {
        var path = Path.Combine(_directory.Path, "mailmanager.yaml");
        File.WriteAllText(path, $$"""
            Node: { Hostname: mx.example.com, DataDirectory: data }
            Identities: [ example.com ]
            Relays:
              - { RelayName: inside, ServerName: 127.0.0.1, ServerPort: {{_server.EndPoint.Port}}, Authentication: { NoAuthentication: {} } }
            Delivery: { EgressAddresses: ["203.0.113.7"] }
            """);
        return path;
    }
}
