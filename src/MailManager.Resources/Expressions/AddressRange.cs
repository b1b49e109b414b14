using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Expressions;

/// <summary>
/// A range of addresses as the operator wrote it, <c>192.0.2.0/24</c> or <c>2001:db8::/32</c>.
/// </summary>
/// <remarks>
/// Stricter than the API's patterns where they leave room for a mistake. Bits set beyond the prefix (<c>10.1.2.3/8</c>) are refused:
/// on a mail gateway, taking that for all of 10.0.0.0/8 admits far more than was meant. Leading zeros in IPv4 are refused because
/// some programs read them as octal.
/// </remarks>
/// <param name="Address">The first address of the range.</param>
/// <param name="PrefixLength">0 to 32 or 0 to 128.</param>
public readonly record struct AddressRange(IPAddress Address, int PrefixLength)
{
    /// <summary>The range; null with a reason why it is none.</summary>
    /// <param name="family">The only family that is accepted; <see cref="AddressFamily.Unspecified"/> for both.</param>
    /// <param name="prefixRequired">Whether a bare address, meaning itself alone, is refused.</param>
    public static AddressRange? Parse(string text, AddressFamily family, bool prefixRequired, out string? problem)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = ParseAddress(slash < 0 ? text : text[..slash], family);
        if (address is null || (slash < 0 && prefixRequired))
        {
            problem = $"{DisplayText.Quote(text)} is not {Expected(family, prefixRequired)}";
            return null;
        }

        var longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = slash < 0 ? longest : ParsePrefix(text.AsSpan(slash + 1), longest);
        if (prefix < 0)
        {
            problem = $"{DisplayText.Quote(text)} must end in a prefix length from 0 to {longest}";
            return null;
        }

        var first = Mask(address, prefix);
        if (!first.Equals(address))
        {
            problem = $"{DisplayText.Quote(text)} has bits set beyond its prefix; write {first}/{prefix} or {address}/{longest}";
            return null;
        }

        problem = null;
        return new AddressRange(first, prefix);
    }

    /// <summary>A plain address of the family: four decimal numbers, or IPv6 without embedded IPv4 and without zone.</summary>
    public static IPAddress? ParseAddress(string text, AddressFamily family = AddressFamily.Unspecified)
    {
        var isIpv6 = text.Contains(':', StringComparison.Ordinal);
        var isPlain = isIpv6 ? text.All(c => char.IsAsciiHexDigit(c) || c == ':') : IsDottedDecimal(text);
        return isPlain && IPAddress.TryParse(text, out var address)
            && (family == AddressFamily.Unspecified || family == address.AddressFamily)
            ? address
            : null;
    }

    private static bool IsDottedDecimal(string text)
    {
        var numbers = text.Split('.');
        return numbers.Length == 4
            && numbers.All(n => n.Length is >= 1 and <= 3 && n.All(char.IsAsciiDigit) && (n.Length == 1 || n[0] != '0'));
    }

    private static int ParsePrefix(ReadOnlySpan<char> text, int longest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
        && prefix <= longest && (text.Length == 1 || text[0] != '0')
            ? prefix
            : -1;

    private static IPAddress Mask(IPAddress address, int prefix)
    {
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
        {
            octets[i] &= (byte)(0xFF00 >> Math.Clamp(prefix - (i * 8), 0, 8));
        }

        return new IPAddress(octets);
    }

    private static string Expected(AddressFamily family, bool prefixRequired) => (family, prefixRequired) switch
    {
        (AddressFamily.InterNetwork, _) => "an IPv4 range such as 192.0.2.0/24",
        (AddressFamily.InterNetworkV6, _) => "an IPv6 range such as 2001:db8::/32",
        (_, true) => "a range such as 192.0.2.0/24 or 2001:db8::/32",
        _ => "an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32",
    };
}
