using System.Text.Json;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit;

namespace MailManager.Interop.Tests;

/// <summary>The commands around rules, as a person at a terminal meets them: <c>explain</c>, <c>diff</c>, <c>check</c>, and a reload by signal.</summary>
public sealed class RuleCommandTests : IDisposable
{
    private const string Relaying = """
              - Name: to-inside
                Actions: [ { Relay: { Relay: inside } } ]
        """;

    private const string Dropping = """
              - Name: no-offers
                Conditions:
                  - AnyOf:
                      - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: CONTAINS, Values: [invoice, offer] }
                      - StringExpression: { Evaluate: { Attribute: ATTACHMENT_NAME }, Operator: MATCHES, Values: ["\\.exe$"] }
                Actions: [ { Drop: {} } ]
              - Name: to-inside
                Actions: [ { Relay: { Relay: inside } } ]
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Explain_shows_replies_conditions_and_dispositions()
    {
        var output = await ChildProcess.RunAsync(
            0, Programs.MailManager, "explain", "--config", Configuration("a.yaml", Dropping), "--message", Message("m.eml", "An offer"), "--rcpt", "bob@example.com",
            "--rcpt", "eve@elsewhere.example", "--mail-from", "ann@sender.example", "--ip", "203.0.113.7", "--helo", "mail.sender.example", "--tls", "1.3");

        Assert.Contains("front-door, from 203.0.113.7 (mail.sender.example, TLS)", output, StringComparison.Ordinal);
        Assert.Matches(@"RCPT TO:<eve@elsewhere\.example>\s+550 5\.7\.1 ", output);
        Assert.Contains("yes SUBJECT CONTAINS invoice, offer  [An offer]  hit: offer", output, StringComparison.Ordinal);
        Assert.Contains("Rule 0 no-offers for bob@example.com: matches", output, StringComparison.Ordinal);
        Assert.Contains("bob@example.com: drop", output, StringComparison.Ordinal);
        Assert.Contains("eve@elsewhere.example: refuse 550 5.7.1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_speaks_json_too()
    {
        var output = await ChildProcess.RunAsync(
            0, Programs.MailManager, "explain", "--config", Configuration("a.yaml", Dropping), "--message", Message("m.eml", "Hello"), "--rcpt", "bob@example.com", "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal("relay inside", json.RootElement.GetProperty("recipients")[0].GetProperty("disposition").GetString());
        Assert.Equal(250, json.RootElement.GetProperty("replies")[3].GetProperty("code").GetInt32());
        var parts = json.RootElement.GetProperty("rules")[0].GetProperty("conditions")[0].GetProperty("parts");
        Assert.Equal("Hello", parts[0].GetProperty("value").GetString());
        Assert.False(parts[0].GetProperty("holds").GetBoolean());
    }

    [Fact]
    public async Task Diff_lists_what_changes_and_says_so_by_its_exit_code()
    {
        var corpus = Path.Combine(_directory.Path, "corpus");
        Directory.CreateDirectory(corpus);
        Message("corpus/a.eml", "An offer");
        Message("corpus/b.eml", "Hello");
        Message("corpus/c.eml", "Another offer");
        await File.WriteAllTextAsync(Path.Combine(corpus, "c.envelope.yaml"), "MailFrom: ann@sender.example\nRecipients: [ amy@example.com ]\n");
        var (old, wanted) = (Configuration("old.yaml", Relaying), Configuration("new.yaml", Dropping));

        var output = await ChildProcess.RunAsync(1, Programs.MailManager, "diff", "--config", wanted, "--against", old, "--corpus", corpus);

        Assert.Contains("3 messages with 3 recipients: 2 change.", output, StringComparison.Ordinal);
        Assert.Contains("2 x  relay inside  ->  drop", output, StringComparison.Ordinal);
        Assert.Contains("c.eml  amy@example.com", output, StringComparison.Ordinal);
        Assert.Contains("0 change.", await ChildProcess.RunAsync(0, Programs.MailManager, "diff", "--config", old, "--against", old, "--corpus", corpus), StringComparison.Ordinal);
        await ChildProcess.RunAsync(2, Programs.MailManager, "diff", "--config", old, "--against", old, "--corpus", "/nowhere");
    }

    [Fact]
    public async Task Check_runs_tests_and_lints()
    {
        var tested = Configuration("a.yaml", Dropping, """
            Tests:
              - Name: offers are dropped
                IngressPoint: front-door
                Envelope: { MailFrom: ann@sender.example, Recipients: [ bob@example.com ] }
                Headers: { Subject: An offer }
                Expect: [ { Recipient: bob@example.com, Disposition: drop } ]
            """);
        Assert.EndsWith("No errors, 1 test passes.", await ChildProcess.RunAsync(0, Programs.MailManager, "check", "--strict", "--config", tested), StringComparison.Ordinal);

        var failing = Path.Combine(_directory.Path, "failing.yaml");
        await File.WriteAllTextAsync(failing, (await File.ReadAllTextAsync(tested)).Replace("Disposition: drop", "Disposition: relay inside", StringComparison.Ordinal));
        Assert.Contains(
            "test 'offers are dropped' fails: for 'bob@example.com' expected 'relay inside', got 'drop'",
            await ChildProcess.RunAsync(1, Programs.MailManager, "check", "--config", failing), StringComparison.Ordinal);

        var lost = Configuration("lost.yaml", Dropping.Replace("Name: to-inside\n", "Name: to-inside\n        Shadow: true\n", StringComparison.Ordinal));
        Assert.Contains("MM001 warning: ", await ChildProcess.RunAsync(0, Programs.MailManager, "check", "--config", lost), StringComparison.Ordinal);
        await ChildProcess.RunAsync(1, Programs.MailManager, "check", "--strict", "--config", lost);
    }

    [Fact]
    public async Task A_running_gateway_takes_a_changed_file_on_sighup_and_keeps_the_old_one_when_it_is_wrong()
    {
        var file = Configuration("run.yaml", Relaying);
        await using var gateway = ChildProcess.Start(Programs.MailManager, "run", "--config", file);
        await gateway.LineAsync("Started as mx.example.com");

        Configuration("run.yaml", Dropping);
        await HangUpAsync(gateway);
        await gateway.LineAsync("The configuration was read again and is in force");

        Configuration("run.yaml", "              - Actions: [ { Relay: { Relay: nowhere } } ]");
        await HangUpAsync(gateway);
        Assert.Contains("'nowhere'", await gateway.LineAsync("is not put in force"), StringComparison.Ordinal);
        Assert.Equal(0, await gateway.TerminateAsync());
    }

    private static Task<string> HangUpAsync(ChildProcess gateway) => ChildProcess.RunAsync(0, "kill", "-HUP", $"{gateway.Id}");

    private string Message(string name, string subject)
    {
        var path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, $"From: Ann <ann@sender.example>\nTo: bob@example.com\nSubject: {subject}\n\nHi Bob\n");
        return path;
    }

    private string Configuration(string name, string rules, string more = "")
    {
        var path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, $$"""
            Node:
              Hostname: mx.example.com
              DataDirectory: data
              Management: { Listen: "127.0.0.1:0" }
            Identities: [ example.com ]
            TrafficPolicies:
              - { TrafficPolicyName: public-mx, DefaultAction: ALLOW, PolicyStatements: [] }
            RuleSets:
              - RuleSetName: gateway
                Rules:
            {{rules}}
            Relays:
              - { RelayName: inside, ServerName: 127.0.0.1, ServerPort: 2599, Authentication: { NoAuthentication: {} } }
            IngressPoints:
              - IngressPointName: front-door
                Type: OPEN
                TlsPolicy: OPTIONAL
                TrafficPolicyId: public-mx
                RuleSetId: gateway
                Listeners: ["127.0.0.1:0"]
            {{more}}
            """);
        return path;
    }
}
