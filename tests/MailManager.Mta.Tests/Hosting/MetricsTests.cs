using System.Globalization;
using System.Text.RegularExpressions;
using MailManager.Mta.Hosting;
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
