using System.Net;
using System.Net.Sockets;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>From the name of a relay's server to addresses.</summary>
internal static class RelayHosts
{
    /// <summary>Addresses in the order in which to try them; with none, or when all fail, why.</summary>
    public static async ValueTask<(IReadOnlyList<Target> Targets, SmtpFailure? Failure)> ResolveAsync(Route route, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(route.Host, out var literal))
        {
            return ([new Target(route.Host, new IPEndPoint(literal, route.Port))], null);
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(route.Host, cancellationToken).ConfigureAwait(false);
            return (Array.ConvertAll(addresses, address => new Target(route.Host, new IPEndPoint(address, route.Port))), NoAddress(route.Host));
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ArgumentException)
        {
            return ([], NoAddress(route.Host));
        }
    }

    private static SmtpFailure NoAddress(string host) => new(SmtpParty.Network, SmtpPhase.Connect, default, $"no address for {host}");
}
