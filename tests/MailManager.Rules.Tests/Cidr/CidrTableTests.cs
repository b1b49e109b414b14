using System.Buffers.Binary;
using System.Net;
using CsCheck;
using MailManager.Rules.Cidr;

namespace MailManager.Rules.Tests.Cidr;

public class CidrTableTests
{
    [Fact]
    public void Find_agrees_with_a_naive_model_for_IPv4()
    {
        var ranges = Gen.Select(Gen.UInt, Gen.UInt[0, 0xFFFF], Gen.Int[0, 32], Gen.Bool)
            .Select((far, near, length, isFar) => (Network: isFar ? far : 0x0A000000u | near, Length: length));
        Gen.Select(ranges.Array[0, 12].Array[1, 70], Gen.UInt.Array[20], Gen.UInt[0, 0xFFFF].Array[20]).Sample((conditions, far, near) =>
        {
            var table = Build(conditions.Select(c => c.Select(r => $"{V4(r.Network)}/{r.Length}")));
            var probes = far.Concat(near.Select(n => 0x0A000000u | n)).Concat(conditions.SelectMany(c => c).SelectMany(r => new[] { r.Network, r.Network ^ 1u, r.Network - 1 }));
            foreach (var probe in probes)
            {
                var found = table.Find(AddressBits.Of(V4(probe)));
                var expected = conditions.Select(c => c.Any(r => r.Length == 0 || (probe ^ r.Network) >> (32 - r.Length) == 0));
                Assert.True(expected.SequenceEqual(conditions.Select((_, i) => CidrTable.Contains(found, i))), $"{probe:X}");
            }
        },
        iter: 30);
    }

    [Fact]
    public void Find_agrees_with_a_naive_model_for_IPv6()
    {
        var networks = Gen.Select(Gen.ULong, Gen.ULong[0, 0xFFF], Gen.Int[0, 3])
            .Select((far, near, kind) => kind switch
            {
                0 => new UInt128(far, far * 31),
                1 => new UInt128(0x20010DB800000000, near),
                2 => new UInt128(0x20010DB800000000 | near, far),
                _ => new UInt128(0x20010DB8_00000000 | (near << 16), 0),
            });
        var ranges = Gen.Select(networks, Gen.Int[0, 128]).Select((network, length) => (Network: network, Length: length));
        Gen.Select(ranges.Array[0, 12].Array[1, 70], networks.Array[20]).Sample((conditions, far) =>
        {
            var table = Build(conditions.Select(c => c.Select(r => $"{V6(r.Network)}/{r.Length}")));
            var probes = far.Concat(conditions.SelectMany(c => c).SelectMany(r => new[] { r.Network, r.Network ^ 1, r.Network - 1 }));
            foreach (var probe in probes)
            {
                var found = table.Find(AddressBits.Of(V6(probe)));
                var expected = conditions.Select(c => c.Any(r => r.Length == 0 || (probe ^ r.Network) >> (128 - r.Length) == 0));
                Assert.True(expected.SequenceEqual(conditions.Select((_, i) => CidrTable.Contains(found, i))), $"{probe:X}");
            }
        },
        iter: 30);
    }

    [Fact]
    public void Find_agrees_with_and_without_the_table_of_the_first_octets()
    {
        var random = new Random(1);
        var texts = Enumerable.Range(0, 2 * CidrTableBuilder.TableThreshold).Select(_ => $"{V6(new UInt128(0x2000_0000_0000_0000 | (ulong)random.NextInt64(1L << 60), 0))}/{random.Next(4, 65)}").ToArray();
        var large = Build([texts]);
        var small = texts.Chunk(CidrTableBuilder.TableThreshold).Select(chunk => Build([chunk])).ToArray();
        Assert.True(large.MemorySize > 256 * 1024);
        for (var i = 0; i < 20_000; i++)
        {
            var probe = V6(new UInt128(0x2000_0000_0000_0000 | (ulong)random.NextInt64(1L << 60), 0));
            Assert.Equal(small.Any(table => CidrTable.Contains(table.Find(AddressBits.Of(probe)), 0)), CidrTable.Contains(large.Find(AddressBits.Of(probe)), 0));
        }
    }

    [Fact]
    public void Mapped_clients_and_mapped_ranges_are_IPv4()
    {
        var table = Build([["192.0.2.0/24"], ["::ffff:c000:200/120"], ["::/0"], ["0.0.0.0/0"]]);
        foreach (var client in new[] { "192.0.2.77", "::ffff:192.0.2.77" })
        {
            var found = table.Find(AddressBits.Of(IPAddress.Parse(client)));
            Assert.Equal([true, true, false, true], Enumerable.Range(0, 4).Select(i => CidrTable.Contains(found, i)));
        }
    }

    [Fact]
    public void A_few_ranges_need_little_memory()
    {
        var table = Build([["10.0.0.0/8", "192.0.2.0/24"], ["2001:db8::/32", "2001:db8:1:2::/64"]]);
        Assert.InRange(table.MemorySize, 1, 1500);
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.255.255.255", true)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.6", false)]
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    public void Host_bits_are_ignored_and_a_bare_address_is_a_range_of_one(string range, string client, bool expected) =>
        Assert.Equal(expected, CidrTable.Contains(Build([[range]]).Find(AddressBits.Of(IPAddress.Parse(client))), 0));

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0/8")]
    [InlineData("10.0.0.010/32")]
    [InlineData("0x0a.0.0.1/32")]
    [InlineData("10.0.0.256/32")]
    [InlineData("10.0.0.0.0/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("[2001:db8::1]/64")]
    [InlineData("2001:db8:::/32")]
    [InlineData(" 10.0.0.0/8")]
    public void TryParse_refuses_what_is_ambiguous_or_no_range(string text) => Assert.False(CidrPrefix.TryParse(text, out _));

    private static CidrTable Build(IEnumerable<IEnumerable<string>> conditions)
    {
        var builder = new CidrTableBuilder();
        foreach (var condition in conditions)
        {
            builder.Add(condition.Select(text => CidrPrefix.TryParse(text, out var prefix) ? prefix : throw new ArgumentException(text)).ToArray());
        }

        return builder.Build();
    }

    private static IPAddress V4(uint value) => new([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    private static IPAddress V6(UInt128 value)
    {
        var octets = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, value);
        return new IPAddress(octets);
    }
}
