// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*AddressSet*' --job short
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using MailManager.Rules.Sets;

namespace MailManager.Benchmarks.Sets;

/// <summary>One look-up in a large address list. Of its members six in ten are addresses, the others one each of the wildcard forms.</summary>
[MemoryDiagnoser]
public class AddressSetBenchmarks
{
    private const int Addresses = 1024;

    private readonly string[] _members = new string[Addresses];
    private readonly string[] _strangers = new string[Addresses];
    private readonly string[] _neighbours = new string[Addresses];
    private AddressSet _set = null!;
    private int _next;

    [Params(100, 100_000, 1_000_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var members = Enumerable.Range(0, Members).Select(Member).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        _set = AddressSet.Create(members);
        clock.Stop();
        Console.WriteLine($"// {Members} members: built in {clock.ElapsedMilliseconds} ms, {(GC.GetTotalMemory(forceFullCollection: true) - before) >> 20} MiB without those given");
        var random = new Random(1);
        for (var i = 0; i < Addresses; i++)
        {
            var number = random.Next(Members) / 10 * 10;
            _members[i] = Member(number);
            _strangers[i] = $"some.user{number}@department.example.net";
            _neighbours[i] = $"other{number}@sub{number}.domain{number % 5000}.example";
        }
    }

    [Benchmark]
    public bool Member() => _set.Contains(_members[_next++ & (Addresses - 1)]);

    /// <summary>Nothing is known of its domain.</summary>
    [Benchmark]
    public bool Stranger() => _set.Contains(_strangers[_next++ & (Addresses - 1)]);

    /// <summary>Not a member, but in a domain and below a parent that have other members.</summary>
    [Benchmark]
    public bool Neighbour() => _set.Contains(_neighbours[_next++ & (Addresses - 1)]);

    private static string Member(int number)
    {
        var domain = $"domain{number % 5000}.example";
        return (number % 10) switch
        {
            6 => $"*@any{number}.example",
            7 => $"{$"prefix{number}"}*@sub{number - 7}.{domain}",
            8 => $"user{number}@*.domain{(number - 8) % 5000}.example",
            9 => $"*.any{number}.example",
            _ => $"user{number}@{domain}",
        };
    }
}
