// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*RuleSet*' --job short
using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules;
using MailManager.Rules.RuleSets;

namespace MailManager.Benchmarks.Rules;

/// <summary>
/// One message with two recipients through a rule set: header index not included, header texts extracted anew. Of 40 rules, 39 have three conditions
/// (client address, sender or recipient, a header) of which the last fails; the last rule relays.
/// </summary>
[MemoryDiagnoser]
public class RuleSetBenchmarks
{
    private static readonly string[] Recipients = ["one@example.com", "two@example.com"];

    private readonly RuleInput _input = new();
    private readonly RuleEvaluation _evaluation = new();
    private readonly HeaderIndex _headers = new();
    private readonly byte[] _message = Encoding.ASCII.GetBytes(
        "Received: from client.example.net by mx.example.com with ESMTP; Tue, 24 Nov 2026 10:00:00 +0000\r\n"
        + "Message-ID: <1@example.net>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nFrom: \"A Sender\" <sender@example.net>\r\n"
        + "To: One <one@example.com>, two@example.com\r\nSubject: Your order 4711 has been shipped\r\nX-Mailer: mailer 1.0\r\n\r\n");

    private CompiledRuleSet _tree = null!;
    private CompiledRuleSet _compiled = null!;

    [Params(1, 40)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var rules = Enumerable.Range(0, Rules - 1).Select(Failing).Append(new Rule { Actions = [new RuleAction.Relay("relay", null, null)] });
        var ruleSet = new RuleSet { RuleSetName = "rules", Rules = [.. rules] };
        _tree = CompiledRuleSet.Compile(ruleSet).Value!;
        _compiled = CompiledRuleSet.Compile(ruleSet).Value!;
        _compiled.CompileInBackground().Wait();
        _headers.Build(_message);
        _input.SetSession(new SessionFacts { Client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25), Helo = "client.example.net" });
    }

    [Benchmark(Baseline = true)]
    public int Tree() => Evaluate(_tree);

    [Benchmark]
    public int Compiled() => Evaluate(_compiled);

    private static Rule Failing(int number)
    {
        RuleStringOperand.Attribute[] envelope = [new(RuleStringEmailAttribute.MailFrom), new(RuleStringEmailAttribute.Recipient)];
        RuleStringOperand.Attribute[] header = [new(RuleStringEmailAttribute.From), new(RuleStringEmailAttribute.To), new(RuleStringEmailAttribute.Subject)];
        return new Rule
        {
            Conditions =
            [
                new RuleIpExpression(IpOperator.NotCidrMatches, [$"198.51.{number}.0/24"]),
                new RuleStringExpression(envelope[number % 2], StringOperator.EndsWith, ["@example.net", "@example.com"]),
                new RuleStringExpression(header[number % 3], StringOperator.Contains, [$"invoice {number}", $"offer {number}"]),
            ],
            Actions = [new RuleAction.Drop()],
        };
    }

    private int Evaluate(CompiledRuleSet ruleSet)
    {
        _input.SetMessage("sender@example.net", _message, _headers, _message.Length);
        ruleSet.Evaluate(_input, Recipients, _evaluation);
        _input.ClearMessage();
        return _evaluation.Deliveries.Count;
    }
}
