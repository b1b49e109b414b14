// dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*IpRanges*' --job short
using System.Diagnostics;
using System.Net;
using BenchmarkDotNet.Attributes;
using MailManager.Rules.Cidr;
using MailManager.Rules.Sets;

namespace MailManager.Benchmarks.Cidr;

/// <summary>
/// One look-up in a large IP set, of half IPv4 and half IPv6. Half of the clients are inside of a range. Few clients, so that what is read for them stays
/// in the processor's caches, or so many that it does not; <see cref="Floor"/> is what it costs then to read one place of a table as large as the ranges.
/// </summary>
[MemoryDiagnoser]
public class IpRangesBenchmarks
{
    private AddressBits[] _ipv4 = [];
    private AddressBits[] _ipv6 = [];
    private readonly int[] _places = new int[1 << 22];
    private IpRanges _set = null!;
    private int _next;

    [Params(10_000, 1_000_000)]
    public int Ranges { get; set; }

    [Params(1 << 10, 1 << 18)]
    public int Clients { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var ipv4 = Enumerable.Range(0, Ranges / 2).Select(_ => Network(Address(random, 4), random.Next(20, 33))).ToArray();
        var ipv6 = Enumerable.Range(0, Ranges / 2).Select(_ => Network(Address(random, 16), random.Next(2, 5) * 16)).ToArray();
        var file = new StringReader(string.Join('\n', ipv4.Concat(ipv6)));
        var clock = Stopwatch.StartNew();
        _set = IpRanges.Read(file, out _)!;
        Console.WriteLine($"// {_set.Count} ranges: read in {clock.ElapsedMilliseconds} ms, {_set.MemorySize / 1024} KiB");
        _ipv4 = new AddressBits[Clients];
        _ipv6 = new AddressBits[Clients];
        for (var i = 0; i < Clients; i++)
        {
            _ipv4[i] = AddressBits.Of(i % 2 == 0 ? Address(random, 4) : ipv4[random.Next(ipv4.Length)].BaseAddress);
            _ipv6[i] = AddressBits.Of(i % 2 == 0 ? Address(random, 16) : ipv6[random.Next(ipv6.Length)].BaseAddress);
        }
    }

    [Benchmark(Baseline = true)]
    public int Floor() => _places[(_ipv4[_next++ & (Clients - 1)].Ipv4 * 2654435769u) >> 10];

    [Benchmark]
    public bool Ipv4Client() => _set.Contains(_ipv4[_next++ & (Clients - 1)]);

    [Benchmark]
    public bool Ipv6Client() => _set.Contains(_ipv6[_next++ & (Clients - 1)]);

    private static IPAddress Address(Random random, int length)
    {
        var octets = new byte[length];
        random.NextBytes(octets);
        if (length == 16)
        {
            // In 2000::/3, where the world's networks are.
            octets[0] = (byte)(0x20 | (octets[0] & 0x1F));
        }

        return new IPAddress(octets);
    }

    private static IPNetwork Network(IPAddress address, int length)
    {
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
        {
            octets[i] &= (byte)(0xFF00 >> Math.Clamp(length - (i * 8), 0, 8));
        }

        return new IPNetwork(new IPAddress(octets), length);
    }
}
