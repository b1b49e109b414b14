using System.Net;
using MailManager.Delivery.Egress;

namespace MailManager.Delivery.Routing;

/// <summary>Whether an address leads to a listener of this process.</summary>
internal static class OwnListeners
{
    /// <summary>A listener hears what is sent to the target: same port, and the same address or, when it listens on all, any of this machine's.</summary>
    public static bool Hear(IPEndPoint target, IEnumerable<IPEndPoint> listeners)
    {
        var address = Plain(target.Address);
        foreach (var listener in listeners)
        {
            if (listener.Port != target.Port)
            {
                continue;
            }

            var own = Plain(listener.Address);
            if (own.Equals(address) || (IsAny(own) && IsLocal(address)) || (IsAny(address) && (IsAny(own) || IPAddress.IsLoopback(own))))
            {
                return true;
            }
        }

        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsLocal(IPAddress address) => IPAddress.IsLoopback(address) || OwnAddress.Is(address);
}
