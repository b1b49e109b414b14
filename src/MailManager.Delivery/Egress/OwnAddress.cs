using System.Net;
using System.Net.Sockets;

namespace MailManager.Delivery.Egress;

/// <summary>Whether an address is one of this machine's, now: addresses come and go.</summary>
public static class OwnAddress
{
    /// <summary>Only an address of this machine can be bound to.</summary>
    public static bool Is(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
