using System.Collections.Immutable;
using MailManager.Delivery.Dns;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Finds the hosts that take mail for a domain (RFC 5321 §5.1): by MX in order of preference, equal ones in random order, else the domain itself; a
/// null MX (RFC 7505) means that it takes no mail. Where this server is among them, only better ones count, for mail would loop. Thread-safe.
/// </summary>
/// <param name="dns">Where to ask.</param>
/// <param name="hostname">Our own name.</param>
internal sealed class MxResolver(IDns dns, string hostname)
{
    /// <summary>Hosts tried in one attempt, so that a domain with hundreds of them holds nobody up.</summary>
    internal const int MaxHosts = 5;

    /// <summary>The hosts in the order in which to try them; with none, why.</summary>
    /// <param name="domain">A domain name, or an address literal, which is its own host.</param>
    /// <param name="cancellationToken">Gives up; throws.</param>
    public async ValueTask<MxHosts> ResolveAsync(string domain, CancellationToken cancellationToken)
    {
        if (AddressLiteral.TryParse(domain, out _))
        {
            // Nothing was looked up, so nothing could be forged.
            return new MxHosts { Domain = domain, Hosts = [domain], IsAuthentic = true };
        }

        if (!IsHostName(domain))
        {
            return Failed(domain, RouteFailure.Permanent("what follows the at sign is no domain name", 1, 2));
        }

        var answer = await dns.FindMxAsync(domain, cancellationToken).ConfigureAwait(false);
        return answer.Status switch
        {
            DnsStatus.NoName => Failed(domain, RouteFailure.Permanent($"domain {domain} does not exist", 1, 2)),
            DnsStatus.NoData => new MxHosts { Domain = domain, Hosts = [domain], IsAuthentic = answer.IsAuthentic },
            DnsStatus.Found => Choose(domain, answer),
            DnsStatus.TimedOut => Failed(domain, RouteFailure.Transient($"DNS query for MX of {domain} timed out")),
            _ => Failed(domain, RouteFailure.Transient($"DNS query for MX of {domain} failed")),
        };
    }

    /// <summary>A name that may be asked for an address. An IPv4 address in the place of a name is none.</summary>
    internal static bool IsHostName(string name) => Uri.CheckHostName(name) == UriHostNameType.Dns;

    private MxHosts Choose(string domain, DnsAnswer<MxRow> answer)
    {
        if (answer.Records is [{ Host: "" }])
        {
            return Failed(domain, RouteFailure.Permanent($"domain {domain} takes no mail (null MX)", 1, 10));
        }

        // RFC 5321 §5.1: this server's own preference, and whatever is not better than it, is left out.
        var own = answer.Records.Where(row => string.Equals(row.Host, hostname, StringComparison.OrdinalIgnoreCase)).Select(row => row.Preference);
        var limit = own.DefaultIfEmpty(int.MaxValue).Min();
        var rows = answer.Records.Where(row => row.Preference < limit && IsHostName(row.Host)).ToArray();
        if (rows.Length == 0)
        {
            return Failed(domain, limit < int.MaxValue
                ? RouteFailure.Permanent($"the MX records of {domain} point back at this server", 4, 6)
                : RouteFailure.Permanent($"the MX records of {domain} name no host", 4, 4));
        }

        Random.Shared.Shuffle(rows);
        return new MxHosts
        {
            Domain = domain,
            Hosts =
            [
                .. rows.OrderBy(row => row.Preference).Select(row => row.Host.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Take(MaxHosts),
            ],
            IsAuthentic = answer.IsAuthentic,
            CanonicalDomain = answer.Name,
        };
    }

    private static MxHosts Failed(string domain, SmtpFailure failure) => new() { Domain = domain, Failure = failure };
}

/// <summary>The hosts that take mail for a domain.</summary>
internal sealed record MxHosts
{
    /// <summary>As it was asked for.</summary>
    public required string Domain { get; init; }

    /// <summary>What the domain is an alias of; null: nothing.</summary>
    public string? CanonicalDomain { get; init; }

    /// <summary>Names in lower case, or one address literal; best first. Empty: see <see cref="Failure"/>.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>The names were found securely, by DNSSEC.</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Why there are none; null: there are.</summary>
    public SmtpFailure? Failure { get; init; }
}
