using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailManager.Smtp.Limits;

namespace MailManager.Mta.Protection;

/// <summary>
/// What the greylist remembers instead of addresses: 16 octets of HMAC-SHA-256 under a key of the store's own, so that the file tells nobody who
/// writes to whom, and nobody can make two of them equal.
/// </summary>
internal static class GreylistKey
{
    /// <summary>Octets of the store's key.</summary>
    public const int SecretLength = 32;

    private const int BlockLength = 18;

    /// <summary>Of a client's network: IPv4 /24, IPv6 /64, since big senders try again from a neighbour.</summary>
    public static UInt128 OfNetwork(byte[] secret, IPAddress client)
    {
        Span<byte> octets = stackalloc byte[BlockLength];
        Write(octets, client);
        return Hash(secret, octets);
    }

    /// <summary>Of a client's network, a reverse-path and a recipient, both without regard to case.</summary>
    public static UInt128 OfTriplet(byte[] secret, IPAddress client, string reversePath, string recipient)
    {
        // A path holds no NUL, so that the pair cannot be cut in another place.
        var paths = $"{reversePath}\0{recipient}".ToLowerInvariant();
        var octets = new byte[BlockLength + Encoding.UTF8.GetByteCount(paths)];
        Write(octets, client);
        Encoding.UTF8.GetBytes(paths, octets.AsSpan(BlockLength));
        return Hash(secret, octets);
    }

    private static void Write(Span<byte> octets, IPAddress client)
    {
        var block = AddressBlock.Of(client, ipv4Length: 24, ipv6Length: 64);
        octets[0] = block.IsIpv4 ? (byte)4 : (byte)6;
        octets[1] = block.Length;
        BinaryPrimitives.WriteUInt128BigEndian(octets[2..], block.Bits);
    }

    private static UInt128 Hash(byte[] secret, ReadOnlySpan<byte> octets)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, octets, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
