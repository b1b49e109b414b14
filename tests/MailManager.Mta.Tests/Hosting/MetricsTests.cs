using System.Globalization;
using System.Text.RegularExpressions;
using MailManager.Mta.Hosting;
using MailManager.Resources.RuleSets;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>What an operator's monitoring reads.</summary>
public partial class MetricsTests
{
    [Fact]
    public async Task Live_sessions_are_counted_by_ingress_point_state_and_source()
    {
        await using var inside = new ScriptedSmtpServer();
        var directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;
        var text = Gateway.Text(Gateway.RelayAll, 1000, "1m", inside, inside).Replace("front-door", "counted-door", StringComparison.Ordinal)
            .Replace("""["127.0.0.1:0"]""", """[{ Address: "127.0.0.1:0", ProxyFrom: ["127.0.0.0/8"] }]""", StringComparison.Ordinal);
        await using (var process = await MailManagerProcess.StartAsync(Gateway.Load(text, directory), NullLoggerFactory.Instance, TimeProvider.System))
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://{process.ManagementEndPoint}/") };
            await using var idle = await ConnectAsync(process, "198.51.100.7");
            await using var sending = await ConnectAsync(process, "198.51.100.8");
            await sending.CommandAsync("MAIL FROM:<a@b.example>");

            // A session tells its state when it waits again, which may be a moment after its reply.
            string metrics;
            do
            {
                metrics = await http.GetStringAsync("metrics");
            }
            while (Value(metrics, "mailmanager_smtp_sessions", "ingress_point=\"counted-door\"", "state=\"idle\"") != 1
                || Value(metrics, "mailmanager_smtp_sessions", "ingress_point=\"counted-door\"", "state=\"transaction\"") != 1);

            Assert.Equal(2, Value(metrics, "mailmanager_smtp_sessions_source", "network=\"198.51.100.0/24\""));
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Rules_and_statements_count_what_reached_and_matched_them()
    {
        await using var gateway = await Gateway.StartAsync(
            ruleSet:
            [
                new Rule { Id = "shadow-drop", Shadow = true, Actions = [new RuleAction.Drop()] },
                new Rule { Id = "counted-relay", Actions = [new RuleAction.Relay("inside", null, null)] },
            ],
            edit: text => text.Replace("public-mx", "counted-policy", StringComparison.Ordinal).Replace("gateway", "counted-set", StringComparison.Ordinal));
        await gateway.SendAsync("Subject: x\r\n\r\n.\r\n", "a@b.example", "c@example.com", "d@example.com");
        await gateway.SendAsync("Subject: x\r\n\r\n.\r\n", "a@b.example", "denied@example.com");
        using var http = new HttpClient { BaseAddress = gateway.Management };

        var metrics = await http.GetStringAsync("metrics");

        Assert.Equal(1, Rule("evaluated", "shadow-drop"));
        Assert.Equal(0, Rule("matched", "shadow-drop"));
        Assert.Equal(1, Rule("shadow_matched", "shadow-drop"));
        Assert.Equal(1, Rule("evaluated", "counted-relay"));
        Assert.Equal(1, Rule("matched", "counted-relay"));
        Assert.Equal(3, Statement("evaluated", "0"));
        Assert.Equal(1, Statement("matched", "0"));
        Assert.Equal(2, Statement("matched", "default"));

        double Rule(string counter, string id) => Value(metrics, $"mailmanager_rules_{counter}_total", "rule_set=\"counted-set\"", $"rule=\"{id}\"");

        double Statement(string counter, string name) =>
            Value(metrics, $"mailmanager_policies_{counter}_total", "policy=\"counted-policy\"", $"statement=\"{name}\"");
    }

    private static async Task<RawSmtpClient> ConnectAsync(MailManagerProcess process, string address)
    {
        var client = await RawSmtpClient.ConnectAsync(process.Listeners[0].EndPoint);
        await client.SendAsync($"PROXY TCP4 {address} 192.0.2.1 4711 25\r\n");
        await client.ReadReplyAsync();
        await client.CommandAsync("EHLO client.example");
        return client;
    }

    /// <summary>The value of the series with these labels; 0: there is none.</summary>
    private static double Value(string metrics, string name, params string[] labels) => Series().Matches(metrics)
        .Where(series => series.Groups["name"].Value == name && labels.All(label => series.Groups["labels"].Value.Contains(label, StringComparison.Ordinal)))
        .Select(series => double.Parse(series.Groups["value"].Value, CultureInfo.InvariantCulture))
        .SingleOrDefault();

    [GeneratedRegex(@"^(?<name>\w+)\{(?<labels>[^}]*)\} (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Series();
}
