using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.IngressPoints;

/// <summary>Addresses to listen on, <c>192.0.2.1:25</c> or <c>[2001:db8::1]:25</c>.</summary>
public static class ListenerAddress
{
    /// <summary>Names are not looked up: what is bound must not depend on DNS. Port 0 lets the system choose.</summary>
    public static IPEndPoint? Read(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        var endPoint = Parse(text);
        if (endPoint is null)
        {
            value.Error($"{DisplayText.Quote(text)} is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25");
        }

        return endPoint;
    }

    /// <summary>
    /// Whether the two cannot be bound together: same port, and the same address or one of them a wildcard that includes the other.
    /// <c>[::]</c> takes IPv4 as well. Port 0 never collides.
    /// </summary>
    public static bool Collide(IPEndPoint one, IPEndPoint other)
    {
        if (one.Port != other.Port || one.Port == 0)
        {
            return false;
        }

        return one.Address.Equals(other.Address) || Includes(one.Address, other.Address) || Includes(other.Address, one.Address);
    }

    private static bool Includes(IPAddress wildcard, IPAddress address) =>
        wildcard.Equals(IPAddress.IPv6Any)
        || (wildcard.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);

    private static IPEndPoint? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = text[..colon];
        var address = host is ['[', .., ']']
            ? AddressRange.ParseAddress(host[1..^1], AddressFamily.InterNetworkV6)
            : AddressRange.ParseAddress(host, AddressFamily.InterNetwork);
        return address is null ? null : new IPEndPoint(address, port);
    }
}
