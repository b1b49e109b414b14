using System.Buffers.Binary;
using System.Net;
using CsCheck;
using MailManager.Rules.Sets;

namespace MailManager.Rules.Tests.Sets;

public class IpRangesTests
{
    private static readonly Gen<IPAddress> Ipv4 = Gen.OneOf(
        Gen.UInt, Gen.UInt[0x0A000000, 0x0A0003FF], Gen.UInt[0, 8], Gen.UInt[uint.MaxValue - 8, uint.MaxValue]).Select(V4);

    private static readonly Gen<IPAddress> Ipv6 = Gen.Select(Gen.ULong, Gen.ULong[0, 0x3FF], Gen.Int[0, 4]).Select((far, near, kind) => V6(kind switch
    {
        0 => new UInt128(far, far * 31),
        1 => new UInt128(0x20010DB800000000, near),
        2 => new UInt128(0x20010DB800000000 | near, far),
        3 => near,
        _ => UInt128.MaxValue - near,
    }));

    [Fact]
    public void Contains_agrees_with_a_naive_list_for_few_and_for_many()
    {
        var range = Gen.Frequency((1, Gen.Select(Ipv4, Gen.Int[0, 32])), (4, Gen.Select(Ipv4, Gen.Int[20, 32])), (1, Gen.Select(Ipv6, Gen.Int[0, 128])), (4, Gen.Select(Ipv6, Gen.Int[100, 128])))
            .Select((address, length) => new IPNetwork(First(address, length), length));
        var ranges = Gen.OneOf(range.Array[0, 10], range.Where(r => r.PrefixLength > 20).Array[100, 600]);
        Gen.Select(ranges, Ipv4.Array[20], Ipv6.Array[20]).Sample(
            (ranges, ipv4, ipv6) =>
            {
                var set = IpRanges.Create([.. ranges.Select(r => r.ToString())]);
                Assert.Equal(ranges.Length, set.Count);
                var edges = ranges.SelectMany(r => new[] { r.BaseAddress, Step(r.BaseAddress, -1), Last(r), Step(Last(r), 1) });
                foreach (var probe in ipv4.Concat(ipv6).Concat(edges))
                {
                    var expected = ranges.Any(r => r.Contains(probe.IsIPv4MappedToIPv6 ? probe.MapToIPv4() : probe));
                    Assert.True(expected == set.Contains(probe), $"{probe}: {expected}");
                }
            },
            iter: 200);
    }

    [Fact]
    public void Ranges_that_lie_ever_closer_are_told_apart()
    {
        // The worst case for tables of even slots: each boundary halves the distance to the next.
        string[] ranges = [.. Enumerable.Range(1, 127).Where(i => i % 2 == 1).Select(i => $"{V6(UInt128.One << i)}/{128 - i + 1}")];
        var set = IpRanges.Create(ranges);
        for (var i = 1; i < 127; i++)
        {
            Assert.Equal(i % 2 == 1, set.Contains(V6(UInt128.One << i)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    public void Hosts_of_one_network_are_told_apart_and_so_are_its_neighbours(int hosts)
    {
        var network = (UInt128)0x20010DB8_00000001 << 64;
        string[] ranges = [.. Enumerable.Range(1, hosts).Select(i => V6(network | (UInt128)(uint)(i * 4)).ToString()), "2001:db8:0:0::/64", "2001:db8:0:2::/64"];
        var set = IpRanges.Create(ranges);
        for (var i = 0; i < (hosts * 4) + 8; i++)
        {
            Assert.Equal(i % 4 == 0 && i > 0 && i <= hosts * 4, set.Contains(V6(network | (UInt128)(uint)i)));
        }

        Assert.True(set.Contains(IPAddress.Parse("2001:db8:0:0:ffff:ffff:ffff:ffff")));
        Assert.True(set.Contains(IPAddress.Parse("2001:db8:0:2::")));
        Assert.False(set.Contains(IPAddress.Parse("2001:db8:0:1:ffff:ffff:ffff:ffff")));
        Assert.False(set.Contains(IPAddress.Parse("2001:db8:0:3::")));
    }

    [Fact]
    public void A_hundred_thousand_ranges_need_little_memory()
    {
        var random = new Random(1);
        var set = IpRanges.Create([.. Enumerable.Range(0, 100_000).Select(_ => V4((uint)random.NextInt64(1L << 32)).ToString())]);
        Assert.InRange(set.MemorySize, 1, 100_000 * 20);
    }

    [Fact]
    public void Mapped_addresses_are_IPv4()
    {
        var set = IpRanges.Create(["192.0.2.0/24", "::ffff:c633:6400/120"]);
        Assert.True(set.Contains(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.True(set.Contains(IPAddress.Parse("198.51.100.1")));
        Assert.False(set.Contains(IPAddress.Parse("::c000:201")));
    }

    [Fact]
    public void A_file_has_ranges_comments_and_empty_lines()
    {
        const string File = "# block list\r\n\r\n  192.0.2.0/24  ; example\r\n198.51.100.7#one\n\t\n2001:db8::/32\n;end";
        var set = IpRanges.Read(new StringReader(File), out var errors);
        Assert.Empty(errors);
        Assert.Equal(3, set!.Count);
        Assert.True(set.Contains(IPAddress.Parse("192.0.2.255")));
        Assert.True(set.Contains(IPAddress.Parse("198.51.100.7")));
        Assert.True(set.Contains(IPAddress.Parse("2001:db8::1")));
        Assert.False(set.Contains(IPAddress.Parse("198.51.100.8")));
    }

    [Fact]
    public void A_file_with_errors_is_refused_and_each_has_its_line()
    {
        Assert.Null(IpRanges.Read(new StringReader("192.0.2.0/24\n\nexample.com # no\n10.1.2.3/8\n2001:db8::/32\n"), out var errors));
        Assert.Equal(
            [
                "line 3: 'example.com' is not an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32",
                "line 4: '10.1.2.3/8' has bits set beyond its prefix; write 10.0.0.0/8 or 10.1.2.3/32",
            ],
            errors.Select(error => error.ToString().Replace('"', '\'')));
    }

    [Fact]
    public void A_file_that_is_no_list_is_given_up_early()
    {
        var lines = new StringReader(string.Concat(Enumerable.Repeat("x\n", 1000)) + "last");
        Assert.Null(IpRanges.Read(lines, out var errors));
        Assert.Equal(IpRanges.MaximumErrors, errors.Length);
        Assert.NotEqual("last", lines.ReadLine());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_file_may_have_a_million_ranges(int more)
    {
        var set = IpRanges.Read(new Lines(IpRanges.MaximumInFile + more), out var errors);
        Assert.Equal(more == 0, set is not null);
        Assert.Equal(more == 0 ? [] : [$"line {IpRanges.MaximumInFile + 1}: more than 1000000 addresses and ranges"], errors.Select(error => error.ToString()));
        Assert.Equal(more == 0, set?.Contains(IPAddress.Parse("10.15.66.63")) ?? false);
        Assert.False(set?.Contains(IPAddress.Parse("10.15.66.64")) ?? false);
    }

    private static IPAddress V4(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return new IPAddress(octets);
    }

    private static IPAddress V6(UInt128 value)
    {
        var octets = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, value);
        return new IPAddress(octets);
    }

    private static UInt128 Number(IPAddress address) =>
        address.GetAddressBytes() is { Length: 4 } octets ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt128BigEndian(address.GetAddressBytes());

    private static IPAddress Like(IPAddress address, UInt128 number) => address.GetAddressBytes().Length == 4 ? V4((uint)number) : V6(number);

    private static UInt128 HostBits(IPAddress address, int length)
    {
        var free = (address.GetAddressBytes().Length * 8) - length;
        return free == 0 ? 0 : UInt128.MaxValue >> (128 - free);
    }

    private static IPAddress First(IPAddress address, int length) => Like(address, Number(address) & ~HostBits(address, length));

    private static IPAddress Last(IPNetwork range) => Like(range.BaseAddress, Number(range.BaseAddress) | HostBits(range.BaseAddress, range.PrefixLength));

    private static IPAddress Step(IPAddress address, int by) => Like(address, Number(address) + (by < 0 ? UInt128.MaxValue : UInt128.One));

    /// <summary>10.0.0.0 and on.</summary>
    private sealed class Lines(int count) : TextReader
    {
        private uint _next;

        public override string? ReadLine() => _next < count ? V4(0x0A000000 + _next++).ToString() : null;
    }
}
