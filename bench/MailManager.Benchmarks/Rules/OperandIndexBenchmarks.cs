// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*OperandIndex*' --job short
using BenchmarkDotNet.Attributes;
using MailManager.Resources.Expressions;
using MailManager.Rules.Strings;

namespace MailManager.Benchmarks.Rules;

/// <summary>
/// All conditions of many rules on one operand, none of which holds: one scan against a matcher for each. Of four conditions with two values each, one equals, one
/// starts with, one ends with and one contains.
/// </summary>
[MemoryDiagnoser]
public class OperandIndexBenchmarks
{
    private const string Subject = "Re: Your order 4711 has been shipped and will arrive next Thursday";

    private OperandIndex _index = null!;
    private StringMatcher[] _matchers = [];
    private ulong[] _holds = [];

    [Params(40, 1_000)]
    public int Conditions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        StringOperator[] operators = [StringOperator.Equals, StringOperator.StartsWith, StringOperator.EndsWith, StringOperator.Contains];
        var conditions = Enumerable.Range(0, Conditions).Select(i => (Operator: operators[i % 4], Values: new[] { $"invoice {i}", $"offer {i}" })).ToArray();
        var builder = new OperandIndexBuilder();
        foreach (var (op, values) in conditions)
        {
            builder.Add(op, [.. values]);
        }

        _index = builder.Build();
        _matchers = [.. conditions.Select(condition => StringMatcher.Create(condition.Operator, [.. condition.Values]))];
        _holds = new ulong[(Conditions + 63) / 64];
    }

    [Benchmark(Baseline = true)]
    public int Matchers()
    {
        var count = 0;
        foreach (var matcher in _matchers)
        {
            count += matcher.Matches(Subject) ? 1 : 0;
        }

        return count;
    }

    [Benchmark]
    public ulong Scan()
    {
        Array.Clear(_holds);
        _index.Scan(Subject, _holds);
        return _holds[0];
    }
}
