using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>From the servers of a relay to addresses. Private ones are not refused: the operator chose them.</summary>
internal static class RelayHosts
{
    /// <summary>Addresses in the order in which to try them; with none, or when all fail, why.</summary>
    public static async ValueTask<(IReadOnlyList<Target> Targets, SmtpFailure? Failure)> ResolveAsync(Route route, CancellationToken cancellationToken)
    {
        var servers = Order(route.Servers, Random.Shared);

        // All at once, so that a name that does not answer delays the others once and not one after the other.
        var found = await Task.WhenAll(servers.Select(server => ResolveAsync(server, cancellationToken))).ConfigureAwait(false);
        return ([.. found.SelectMany(targets => targets)], NoAddress(string.Join(", ", servers.Select(server => server.Name))));
    }

    /// <summary>
    /// Servers with a weight first, drawn one after the other with chances by their weights; then those without, as they stand.
    /// </summary>
    internal static ImmutableArray<RelayServer> Order(ImmutableArray<RelayServer> servers, Random random)
    {
        if (servers.All(server => server.Weight is null))
        {
            return servers;
        }

        // Exponential waiting times with the weights as rates: who comes first is drawn by weight, and so on among the rest.
        var weighted = servers.Where(server => server.Weight is not null).OrderBy(server => -Math.Log(1 - random.NextDouble()) / server.Weight!.Value);
        return [.. weighted, .. servers.Where(server => server.Weight is null)];
    }

    private static async Task<Target[]> ResolveAsync(RelayServer server, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(server.Name, out var literal))
        {
            return [new Target(server.Name, new IPEndPoint(literal, server.Port))];
        }

        try
        {
            var addresses = await System.Net.Dns.GetHostAddressesAsync(server.Name, cancellationToken).ConfigureAwait(false);
            return Array.ConvertAll(addresses, address => new Target(server.Name, new IPEndPoint(address, server.Port)));
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ArgumentException)
        {
            return [];
        }
    }

    private static SmtpFailure NoAddress(string host) => new(SmtpParty.Network, SmtpPhase.Connect, default, $"no address for {host}");
}
