using System.Collections.Immutable;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Routing;

namespace MailManager.Delivery.Dane;

/// <summary>
/// Finds what DNS demands of a host's TLS (RFC 7672 §2.2). Only what was validated by DNSSEC demands anything: the way to the host, its addresses and
/// the TLSA records themselves. Thread-safe.
/// </summary>
/// <param name="dns">Where to ask.</param>
internal sealed class DaneResolver(IDns dns)
{
    /// <summary>Looks up the TLSA records for a host found by way of <paramref name="hosts"/>.</summary>
    /// <param name="hosts">The way to the host.</param>
    /// <param name="addresses">The host.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="cancellationToken">Gives up; throws.</param>
    public async ValueTask<DaneDemand> FindAsync(MxHosts hosts, HostAddresses addresses, int port, CancellationToken cancellationToken)
    {
        if (!hosts.IsAuthentic || AddressLiteral.TryParse(addresses.Host, out _))
        {
            return DaneDemand.None;
        }

        foreach (var name in await BaseDomainsAsync(addresses, cancellationToken).ConfigureAwait(false))
        {
            var answer = await dns.FindTlsaAsync($"_{port}._tcp.{name}", cancellationToken).ConfigureAwait(false);
            if (answer.IsUnknown)
            {
                return DaneDemand.Failed($"DNS query for TLSA of {name} {(answer.Status == DnsStatus.TimedOut ? "timed out" : "failed")}");
            }

            if (answer is { Status: DnsStatus.Found, IsAuthentic: true })
            {
                return new DaneDemand
                {
                    BaseDomain = name,
                    Rows = DaneRecords.Usable(answer.Records),
                    Names = [.. Names(hosts, addresses, name).Distinct(StringComparer.OrdinalIgnoreCase)],
                };
            }
        }

        return DaneDemand.None;
    }

    /// <summary>RFC 7672 §2.2.2, §2.2.3: the end of a secure chain of aliases, then its start; of a chain that gets insecure, only the start.</summary>
    private async ValueTask<ImmutableArray<string>> BaseDomainsAsync(HostAddresses addresses, CancellationToken cancellationToken)
    {
        var isAlias = !string.Equals(addresses.CanonicalName, addresses.Host, StringComparison.OrdinalIgnoreCase);
        if (addresses.IsAuthentic)
        {
            return isAlias ? [addresses.CanonicalName, addresses.Host] : [addresses.Host];
        }

        return isAlias && await dns.FindAliasAsync(addresses.Host, cancellationToken).ConfigureAwait(false) is { Status: DnsStatus.Found, IsAuthentic: true }
            ? [addresses.Host]
            : [];
    }

    /// <summary>RFC 7672 §3.2.2: what a certificate below a trust anchor may be for.</summary>
    private static IEnumerable<string> Names(MxHosts hosts, HostAddresses addresses, string baseDomain) =>
        ((string?[])[baseDomain, addresses.Host, hosts.Domain, hosts.CanonicalDomain]).OfType<string>();
}

/// <summary>What DNS demands of a host's TLS.</summary>
internal sealed record DaneDemand
{
    /// <summary>Nothing: DANE does not apply.</summary>
    public static DaneDemand None { get; } = new();

    /// <summary>Where the TLSA records are, without port and protocol; also the name sent in TLS (RFC 7672 §8.1). Null: DANE does not apply.</summary>
    public string? BaseDomain { get; init; }

    /// <summary>Records that can be used; empty where DANE applies: TLS is wanted, and any certificate will do (RFC 7672 §2.2).</summary>
    public ImmutableArray<TlsaRow> Rows { get; init; } = [];

    /// <summary>Names that a certificate below a trust anchor may be for.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Why it cannot be known, so that the host must not be used now (RFC 7672 §2.1.2); null: it is known.</summary>
    public string? Failure { get; init; }

    public static DaneDemand Failed(string reason) => new() { Failure = reason };
}
