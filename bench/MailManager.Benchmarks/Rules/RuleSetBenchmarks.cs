// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*RuleSet*' --job short
using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.RuleSets;
using MailManager.Rules;
using MailManager.Rules.RuleSets;

namespace MailManager.Benchmarks.Rules;

/// <summary>
/// One message of 10 KiB through a rule set: header index not included, header texts extracted anew. The last rule relays; of all others
/// the last condition that is asked fails, so that nothing is saved by asking the cheapest first.
/// </summary>
[MemoryDiagnoser]
public class RuleSetBenchmarks
{
    private readonly RuleInput _input = new();
    private readonly RuleEvaluation _evaluation = new();
    private readonly HeaderIndex _headers = new();
    private readonly byte[] _message = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Range(0, 8).Select(i =>
            $"Received: from relay{i}.example.net (relay{i}.example.net [192.0.2.{i}])\r\n\tby mx{i}.example.net with ESMTPS; Tue, 24 Nov 2026 10:00:0{i} +0000\r\n"))
        + $"DKIM-Signature: v=1; a=rsa-sha256; d=example.net; b={new string('A', 344)}\r\n"
        + "Message-ID: <1@example.net>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nFrom: \"A Sender\" <sender@example.net>\r\n"
        + "To: One <one@example.com>, two@example.com\r\nCc: three@example.com\r\nSubject: Your order 4711 has been shipped\r\nX-Mailer: mailer 1.0\r\n"
        + $"List-Id: Shop news <news.example.net>\r\n\r\n{new string('b', 8_000)}\r\n");

    private string[] _recipients = [];
    private CompiledRuleSet _tree = null!;
    private CompiledRuleSet _compiled = null!;

    /// <summary>Rules and conditions of each. The API allows 40 and 10.</summary>
    [Params("40 x 3", "40 x 10", "1000 x 3")]
    public string Size { get; set; } = string.Empty;

    [Params(1, 2)]
    public int Recipients { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var (rules, conditions) = (int.Parse(Size.Split(" x ")[0]), int.Parse(Size.Split(" x ")[1]));
        var relay = new Rule { Actions = [new RuleAction.Relay("relay", null, null)] };
        var ruleSet = new RuleSet { RuleSetName = "rules", Rules = [.. Enumerable.Range(0, rules - 1).Select(i => Failing(i, conditions)), relay] };
        var environment = new RuleEnvironment { Identities = new IdentitySet(["example.com"]), Relays = new HashSet<string>(["relay"]) };
        _tree = CompiledRuleSet.Compile(ruleSet, environment).Value!;
        _compiled = CompiledRuleSet.Compile(ruleSet, environment).Value!;
        _compiled.CompileInBackground().Wait();
        _recipients = [.. Enumerable.Range(0, Recipients).Select(i => $"user{i}@example.com")];
        _headers.Build(_message);
        _input.SetSession(new SessionFacts { Client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25), Helo = "client.example.net" });
    }

    [Benchmark(Baseline = true)]
    public int Tree() => Evaluate(_tree);

    [Benchmark]
    public int Compiled() => Evaluate(_compiled);

    /// <summary>Conditions that hold, and a last one that does not; what they compare with differs from rule to rule.</summary>
    private static Rule Failing(int number, int conditions)
    {
        RuleCondition[] holding =
        [
            new RuleIpExpression(IpOperator.NotCidrMatches, [$"198.51.{number % 256}.0/24"]),
            Text(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, $"@example{number}.org", "@example.net"),
            new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, NumberOperator.LessThan, 1_000_000 + number),
            Text(RuleStringEmailAttribute.Helo, StringOperator.NotEquals, $"client{number}.example.org"),
            Text(RuleStringEmailAttribute.From, StringOperator.Contains, $"nobody{number}", "sender"),
            Text(RuleStringEmailAttribute.To, StringOperator.Contains, $"nobody{number}", "one"),
            Text(RuleStringEmailAttribute.Cc, StringOperator.StartsWith, $"nobody{number}", "three"),
            new RuleStringExpression(new RuleStringOperand.MimeHeader("X-Mailer"), StringOperator.NotEquals, [$"mailer {number}.1"]),
            new RuleStringExpression(new RuleStringOperand.MimeHeader("List-Id"), StringOperator.EndsWith, [$"<{number}.example.net>", ".example.net>"]),
        ];
        RuleStringEmailAttribute[] last = [RuleStringEmailAttribute.Subject, RuleStringEmailAttribute.Recipient, RuleStringEmailAttribute.Subject];
        return new Rule
        {
            Conditions = [.. holding.Take(conditions - 1), Text(last[number % 3], StringOperator.Contains, $"invoice {number}", $"offer {number}")],
            Actions = [new RuleAction.Drop()],
        };
    }

    private static RuleStringExpression Text(RuleStringEmailAttribute attribute, StringOperator op, params string[] values) =>
        new(new RuleStringOperand.Attribute(attribute), op, [.. values]);

    private int Evaluate(CompiledRuleSet ruleSet)
    {
        _input.SetMessage("sender@example.net", _message, _headers, _message.Length);
        ruleSet.Evaluate(_input, _recipients, _evaluation);
        _input.ClearMessage();
        return _evaluation.Deliveries.Count;
    }
}
