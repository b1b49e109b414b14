// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*TrafficPolicy*' --job short
using System.Net;
using BenchmarkDotNet.Attributes;
using MailManager.Messages.Envelope;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules;
using MailManager.Rules.Policies;

namespace MailManager.Benchmarks.Rules;

/// <summary>One recipient through a policy: 19 DENY statements (client address and recipient) that do not hold, one ALLOW that does.</summary>
[MemoryDiagnoser]
public class TrafficPolicyBenchmarks
{
    private readonly RuleInput _input = new();
    private CompiledTrafficPolicy _tree = null!;
    private CompiledTrafficPolicy _compiled = null!;

    [GlobalSetup]
    public void Setup()
    {
        var statements = Enumerable.Range(0, 19)
            .Select(i => new PolicyStatement(
                AcceptAction.Deny,
                [new PolicyIpv4Expression(IpOperator.NotCidrMatches, [$"198.51.{i}.0/24"]), Recipient(StringOperator.StartsWith, $"closed{i}@")]))
            .Append(new PolicyStatement(AcceptAction.Allow, [Recipient(StringOperator.EndsWith, "@example.com")]));
        var policy = new TrafficPolicy { TrafficPolicyName = "policy", PolicyStatements = [.. statements], DefaultAction = AcceptAction.Deny };
        _tree = CompiledTrafficPolicy.Compile(policy, RuleEnvironment.Empty).Value!;
        _compiled = CompiledTrafficPolicy.Compile(policy, RuleEnvironment.Empty).Value!;
        _compiled.CompileInBackground().Wait();
        _input.SetSession(new SessionFacts { Client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 25), Helo = "client.example.net" });
    }

    [Benchmark(Baseline = true)]
    public PolicyVerdict Tree() => _tree.Evaluate(_input, "user@example.com");

    [Benchmark]
    public PolicyVerdict Compiled() => _compiled.Evaluate(_input, "user@example.com");

    private static PolicyStringExpression Recipient(StringOperator op, string value) => new(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), op, [value]);
}
