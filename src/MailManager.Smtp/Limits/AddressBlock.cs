using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MailManager.Smtp.Limits;

/// <summary>
/// The addresses that share a prefix with a client's: what is counted or remembered of a client. Addresses in IPv6-mapped form (RFC 4291
/// §2.5.5.2) are IPv4.
/// </summary>
/// <param name="Bits">The network, left-aligned: an IPv4 network is in the top 32 bits. Bits beyond the length are zero.</param>
/// <param name="Length">Of the prefix: 0 to 32 for IPv4, 0 to 128 for IPv6.</param>
/// <param name="IsIpv4">Of which family.</param>
public readonly record struct AddressBlock(UInt128 Bits, byte Length, bool IsIpv4)
{
    /// <summary>What counts as one client: an IPv4 address, and the /64 of an IPv6 one, all of whose addresses are one line's.</summary>
    public static AddressBlock ClientOf(IPAddress address) => Of(address, 32, 64);

    /// <summary>What counts as one network: IPv4 /24, IPv6 /48, the usual size of one customer (RFC 6177 §2).</summary>
    public static AddressBlock NetworkOf(IPAddress address) => Of(address, 24, 48);

    /// <summary>The block of an address, by the prefix lengths of both families. Allocates nothing.</summary>
    public static AddressBlock Of(IPAddress address, byte ipv4Length, byte ipv6Length)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        address.TryWriteBytes(octets, out _);
        var bits = BinaryPrimitives.ReadUInt128BigEndian(octets);
        var isMapped = address.IsIPv4MappedToIPv6;
        var isIpv4 = isMapped || address.AddressFamily == AddressFamily.InterNetwork;
        var length = isIpv4 ? ipv4Length : ipv6Length;
        bits = isMapped ? bits << 96 : bits;
        return new AddressBlock(length == 0 ? 0 : bits & (UInt128.MaxValue << (128 - length)), length, isIpv4);
    }

    /// <summary>For example <c>192.0.2.0/24</c>.</summary>
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, Bits);
        return $"{new IPAddress(IsIpv4 ? octets[..4] : octets)}/{Length}";
    }
}
