using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MailManager.Rules.Cidr;

/// <summary>A client's address as ranges are compared with it: taken once, looked up in many sets.</summary>
/// <param name="Bits">Left-aligned: an IPv4 address is in the top 32 bits.</param>
/// <param name="IsIpv4">An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is one too.</param>
internal readonly record struct AddressBits(UInt128 Bits, bool IsIpv4)
{
    /// <summary>Bits of <see cref="MappedPrefix"/>.</summary>
    public const int MappedLength = 96;

    /// <summary>What IPv4 addresses are mapped to: <c>::ffff:0:0/96</c>.</summary>
    public static UInt128 MappedPrefix => 0xFFFF_0000_0000;

    /// <summary>Of an IPv4 address.</summary>
    public uint Ipv4 => (uint)(Bits >> MappedLength);

    /// <summary>Allocates nothing.</summary>
    public static AddressBits Of(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        address.TryWriteBytes(octets, out _);
        var bits = BinaryPrimitives.ReadUInt128BigEndian(octets);
        return address.AddressFamily == AddressFamily.InterNetwork ? new AddressBits(bits, true)
            : address.IsIPv4MappedToIPv6 ? new AddressBits(bits << MappedLength, true)
            : new AddressBits(bits, false);
    }
}
