using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Dns;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>The addresses of a host to which mail may be sent, IPv6 and IPv4 in turn, IPv6 first (RFC 8305 §4).</summary>
internal sealed record HostAddresses
{
    /// <summary>The name, or an address literal.</summary>
    public required string Host { get; init; }

    /// <summary>What the name is an alias of; the name itself when it is none. RFC 5321 §5.1 wants no alias there, and yet they are met.</summary>
    public required string CanonicalName { get; init; }

    /// <summary>Empty: see <see cref="Failure"/>.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>All answers that gave addresses were validated by DNSSEC.</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Why there are none; null: there are.</summary>
    public SmtpFailure? Failure { get; init; }

    /// <summary>Looks a host up.</summary>
    /// <param name="dns">Where to ask.</param>
    /// <param name="host">A name, or an address literal.</param>
    /// <param name="allowsPrivate">Addresses that <see cref="TargetGuard"/> refuses count too.</param>
    /// <param name="cancellationToken">Gives up; throws.</param>
    public static async ValueTask<HostAddresses> FindAsync(IDns dns, string host, bool allowsPrivate, CancellationToken cancellationToken)
    {
        if (AddressLiteral.TryParse(host, out var literal))
        {
            return allowsPrivate || TargetGuard.IsPublic(literal)
                ? new HostAddresses { Host = host, CanonicalName = host, Addresses = [literal] }
                : Failed(host, RouteFailure.Permanent($"{host} is a private address", 4, 4));
        }

        var asking = dns.FindAddressesAsync(host, AddressFamily.InterNetworkV6, cancellationToken).AsTask();
        var v4 = await dns.FindAddressesAsync(host, AddressFamily.InterNetwork, cancellationToken).ConfigureAwait(false);
        var v6 = await asking.ConfigureAwait(false);
        DnsAnswer<IPAddress>[] found = [.. ((DnsAnswer<IPAddress>[])[v6, v4]).Where(answer => answer.Status == DnsStatus.Found)];
        ImmutableArray<IPAddress> addresses =
        [
            .. InTurn(v6.Records, v4.Records).Where(address => allowsPrivate || TargetGuard.IsPublic(address)),
        ];
        if (addresses.Length > 0)
        {
            return new HostAddresses
            {
                Host = host,
                CanonicalName = found[0].Name,
                Addresses = addresses,
                IsAuthentic = Array.TrueForAll(found, answer => answer.IsAuthentic),
            };
        }

        return Failed(host, v4.IsUnknown || v6.IsUnknown ? RouteFailure.Transient($"DNS query for the addresses of {host} failed")
            : found.Length > 0 ? RouteFailure.Permanent($"{host} has private addresses only", 4, 4)
            : RouteFailure.Permanent($"{host} has no address", 4, 4));
    }

    private static HostAddresses Failed(string host, SmtpFailure failure) => new() { Host = host, CanonicalName = host, Failure = failure };

    private static IEnumerable<IPAddress> InTurn(ImmutableArray<IPAddress> first, ImmutableArray<IPAddress> second)
    {
        for (var i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            if (i < first.Length)
            {
                yield return first[i];
            }

            if (i < second.Length)
            {
                yield return second[i];
            }
        }
    }
}
