using System.Net;
using System.Net.Sockets;

namespace MailManager.Delivery.Routing;

/// <summary>Address literals in place of a domain: <c>[192.0.2.1]</c>, <c>[IPv6:2001:db8::1]</c> (RFC 5321 §4.1.3).</summary>
internal static class AddressLiteral
{
    private const string IPv6Tag = "IPv6:";

    /// <summary>False: a domain name, or a literal of another kind.</summary>
    public static bool TryParse(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text is not ['[', .., ']'])
        {
            return false;
        }

        var literal = text.AsSpan(1, text.Length - 2);
        var isIPv6 = literal.StartsWith(IPv6Tag, StringComparison.OrdinalIgnoreCase);
        if (isIPv6)
        {
            literal = literal[IPv6Tag.Length..];
        }

        // No zones, and IPv4 in four numbers only: the system's parser also reads [127.1] and [0x7f000001].
        if (literal.ContainsAny('%', '[') || !IPAddress.TryParse(literal, out var parsed)
            || parsed.AddressFamily != (isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)
            || (!isIPv6 && !literal.SequenceEqual(parsed.ToString())))
        {
            return false;
        }

        address = parsed;
        return true;
    }
}
