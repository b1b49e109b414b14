// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*ContainsBenchmarks*' --job short
using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using MailManager.Rules.Strings;

namespace MailManager.Benchmarks.Rules;

/// <summary>A subject of 66 characters in which none of many values is: the two ways of searching, and where one beats the other.</summary>
[MemoryDiagnoser]
public class ContainsBenchmarks
{
    private const string Subject = "Re: Your order 4711 has been shipped and will arrive next Thursday";

    private ContainsFew _search = null!;
    private AhoCorasick _automaton = null!;
    private ulong[] _found = [];

    [Params(1, 10, 30, 60, 100, 1_000, 10_000)]
    public int Values { get; set; }

    /// <summary>Whether the values differ from their first characters on, or after words that occur in mail.</summary>
    [Params(false, true)]
    public bool Varied { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        ImmutableArray<string> values =
            [.. Enumerable.Range(0, Values).Select(i => Varied ? RandomWord(random, 5 + (i % 12)) : $"invoice {i}")];
        _search = new ContainsFew(values);
        _automaton = new AhoCorasick(values.Select((value, index) => (value, index)));
        _found = new ulong[(Values + 63) / 64];
        Console.WriteLine($"// {Values} values: {_automaton.MemorySize / 1024} KiB, hit: {_search.Matches(Subject)}");
    }

    [Benchmark(Baseline = true)]
    public bool Search() => _search.Matches(Subject);

    [Benchmark]
    public bool Automaton() => _automaton.ContainsAny(Subject);

    [Benchmark]
    public ulong AutomatonAll()
    {
        _automaton.FindAll(Subject, _found);
        return _found[0];
    }

    private static string RandomWord(Random random, int length) =>
        string.Create(length, random, static (word, random) =>
        {
            foreach (ref var c in word)
            {
                c = "etaoinshrdlucmfwypvbgkjqxz "[Math.Min(random.Next(27), random.Next(27))];
            }
        });
}
