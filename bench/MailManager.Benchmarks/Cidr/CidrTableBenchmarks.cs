// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*CidrTable*' --job short
using System.Net;
using BenchmarkDotNet.Attributes;
using MailManager.Rules.Cidr;

namespace MailManager.Benchmarks.Cidr;

/// <summary>One look-up of a client's address, among ranges of random networks of usual lengths. Half of the clients are inside of one.</summary>
[MemoryDiagnoser]
public class CidrTableBenchmarks
{
    private const int Clients = 1024;

    private readonly AddressBits[] _ipv4 = new AddressBits[Clients];
    private readonly AddressBits[] _ipv6 = new AddressBits[Clients];
    private CidrTable _table = null!;
    private int _next;

    [Params(10, 10_000)]
    public int Prefixes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var ipv4 = Enumerable.Range(0, Prefixes).Select(_ => (Address: Ipv4(random), Length: random.Next(8, 33) | 16)).ToArray();
        var ipv6 = Enumerable.Range(0, Prefixes).Select(_ => (Address: Ipv6(random), Length: random.Next(2, 5) * 16)).ToArray();
        var builder = new CidrTableBuilder();
        builder.Add(ipv4.Concat(ipv6).Select(range => CidrPrefix.TryParse($"{range.Address}/{range.Length}", out var prefix) ? prefix : default).ToArray());
        _table = builder.Build();
        Console.WriteLine($"// {Prefixes} + {Prefixes} ranges: {_table.MemorySize / 1024} KiB");
        for (var i = 0; i < Clients; i++)
        {
            _ipv4[i] = AddressBits.Of(i % 2 == 0 ? Ipv4(random) : ipv4[random.Next(Prefixes)].Address);
            _ipv6[i] = AddressBits.Of(i % 2 == 0 ? Ipv6(random) : ipv6[random.Next(Prefixes)].Address);
        }
    }

    [Benchmark]
    public ulong[] Ipv4Client() => _table.Find(_ipv4[_next++ & (Clients - 1)]);

    [Benchmark]
    public ulong[] Ipv6Client() => _table.Find(_ipv6[_next++ & (Clients - 1)]);

    private static IPAddress Ipv4(Random random)
    {
        var octets = new byte[4];
        random.NextBytes(octets);
        return new IPAddress(octets);
    }

    /// <summary>In 2000::/3, where the world's networks are.</summary>
    private static IPAddress Ipv6(Random random)
    {
        var octets = new byte[16];
        random.NextBytes(octets);
        octets[0] = (byte)(0x20 | (octets[0] & 0x1F));
        return new IPAddress(octets);
    }
}
