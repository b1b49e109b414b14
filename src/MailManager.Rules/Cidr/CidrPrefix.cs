using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailManager.Rules.Cidr;

/// <summary>An address range in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).</summary>
/// <param name="Bits">The network, left-aligned: an IPv4 network is in the top 32 bits. Bits beyond the length are zero.</param>
/// <param name="Length">0 to 32 for IPv4, 0 to 128 for IPv6.</param>
/// <param name="IsIpv4">Whether it covers IPv4 addresses; it never covers both families.</param>
internal readonly record struct CidrPrefix(UInt128 Bits, int Length, bool IsIpv4)
{
    private static readonly SearchValues<char> Ipv4Characters = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>
    /// Reads <c>address/length</c>; a bare address is a range of one. Bits beyond the length are ignored (<c>10.1.2.3/8</c> is
    /// <c>10.0.0.0/8</c>). An IPv6 range inside <c>::ffff:0:0/96</c> becomes the IPv4 range that it maps (RFC 4291 §2.5.5.2), because clients
    /// never appear in mapped form. Refused: short forms, octal or hexadecimal IPv4 numbers, zone ids.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CidrPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/');
        var addressText = slash < 0 ? text : text[..slash];
        if (!TryParseAddress(addressText, out var address))
        {
            return false;
        }

        var longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = longest;
        if (slash >= 0 && !TryParseLength(text[(slash + 1)..], longest, out length))
        {
            return false;
        }

        prefix = Create(address, length);
        return true;
    }

    /// <summary>The range of all addresses that begin as this one, with the same treatment of bits beyond and of mapped addresses.</summary>
    /// <param name="length">0 to 32 or 0 to 128.</param>
    public static CidrPrefix Create(IPAddress address, int length)
    {
        var (bits, isIpv4) = AddressBits.Of(address);
        if (isIpv4 && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (length < AddressBits.MappedLength)
            {
                // Wider than all that is mapped: IPv6.
                (bits, isIpv4) = ((bits >> AddressBits.MappedLength) | AddressBits.MappedPrefix, false);
            }
            else
            {
                length -= AddressBits.MappedLength;
            }
        }

        return new CidrPrefix(length == 0 ? 0 : bits & (UInt128.MaxValue << (128 - length)), length, isIpv4);
    }

    private static bool TryParseAddress(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':'))
        {
            return !text.ContainsAnyExcept(Ipv6Characters) && IPAddress.TryParse(text, out address!);
        }

        // IPAddress would read "010" as octal and "10.1" as 10.0.0.1; whoever wrote that may have meant something else.
        if (text.ContainsAnyExcept(Ipv4Characters) || text.Count('.') != 3)
        {
            return false;
        }

        foreach (var part in text.Split('.'))
        {
            var number = text[part];
            if (number.IsEmpty || (number.Length > 1 && number[0] == '0'))
            {
                return false;
            }
        }

        return IPAddress.TryParse(text, out address!);
    }

    private static bool TryParseLength(ReadOnlySpan<char> text, int longest, out int length) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= longest && (text.Length == 1 || text[0] != '0');
}
