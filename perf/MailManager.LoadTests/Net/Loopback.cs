using System.Net;
using System.Net.Sockets;

namespace MailManager.LoadTests.Net;

/// <summary>
/// The only addresses this program talks to. A load driver that can be pointed at somebody else's server is a weapon,
/// so every other address is refused before a socket is made.
/// </summary>
internal static class Loopback
{
    /// <summary>Turns <c>127.0.0.0/8</c>, <c>::1</c> or <c>localhost</c> into an endpoint; null for anything else.</summary>
    public static IPEndPoint? Resolve(string host, int port)
    {
        if (host == "localhost")
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        return IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address) ? new IPEndPoint(address, port) : null;
    }

    /// <summary>A TCP socket with Nagle off: every write here is a whole flush, so waiting for more only costs 40 ms steps.</summary>
    public static Socket CreateSocket(IPEndPoint endPoint) => new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
