// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*StringMatcher*' --job short
using BenchmarkDotNet.Attributes;
using MailManager.Resources.Expressions;
using MailManager.Rules.Strings;

namespace MailManager.Benchmarks.Rules;

/// <summary>One operator with several values, none of which matches: the usual case and the dearest.</summary>
[MemoryDiagnoser]
public class StringMatcherBenchmarks
{
    private const string Subject = "Re: Your order 4711 has been shipped and will arrive next Thursday";
    private const string Recipient = "some.user@department.example.com";

    private StringMatcher _equals = null!;
    private StringMatcher _endsWith = null!;
    private StringMatcher _contains = null!;

    /// <summary>The API admits 10 in rules and any number in policies.</summary>
    [Params(1, 4, 10, 100, 1_000, 10_000)]
    public int Values { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var domains = Enumerable.Range(0, Values).Select(i => $"@department{i}.example.org").ToArray();
        _equals = StringMatcher.Create(StringOperator.Equals, [.. domains.Select(domain => "user" + domain)]);
        _endsWith = StringMatcher.Create(StringOperator.EndsWith, [.. domains]);
        _contains = StringMatcher.Create(StringOperator.Contains, [.. Enumerable.Range(0, Values).Select(i => $"invoice {i}")]);
    }

    [Benchmark]
    public bool EqualsAny() => _equals.Matches(Recipient);

    [Benchmark]
    public bool EndsWithAny() => _endsWith.Matches(Recipient);

    [Benchmark]
    public bool ContainsAny() => _contains.Matches(Subject);
}
