using System.Net;
using System.Runtime.CompilerServices;
using MailManager.Delivery.Dane;
using MailManager.Delivery.Dns;
using MailManager.Delivery.MtaSts;
using MailManager.Delivery.TlsReports;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Finds the hosts of a mail domain and what is demanded of a session with each: by DANE (RFC 7672) where the host has TLSA records, else by the domain's
/// MTA-STS policy (RFC 8461); nothing where there is neither, where the sender does not care, or where the route is a relay's, which says itself what it demands. A host that does not come
/// up to it is not used, whatever that delays. Thread-safe.
/// </summary>
/// <param name="dns">Where to ask.</param>
/// <param name="options">Our name, port and guard.</param>
/// <param name="policies">Of MTA-STS; null: nobody's is asked for.</param>
internal sealed class MxRouting(IDns dns, DeliveryOptions options, StsPolicies? policies = null)
{
    private readonly MxResolver _resolver = new(dns, options.Hostname);
    private readonly DaneResolver _dane = new(dns);

    /// <summary>The hosts, best first, each looked up when it is asked for. At least one.</summary>
    public async IAsyncEnumerable<HostTargets> FindAsync(Route route, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hosts = await _resolver.ResolveAsync(route.Host, cancellationToken).ConfigureAwait(false);
        if (hosts.Failure is { } failure)
        {
            yield return new HostTargets { Settings = route.Settings, Failure = failure };
            yield break;
        }

        var (policy, fault) = policies is not null && ((route.Servers.IsEmpty && !route.IgnoresTlsPolicy) || route.Settings.NeedsRequireTls)
            ? await policies.FindAsync(route.Host, cancellationToken).ConfigureAwait(false)
            : default;
        foreach (var host in hosts.Hosts)
        {
            yield return await FindAsync(route, hosts, host, policy, fault, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<HostTargets> FindAsync(
        Route route, MxHosts hosts, string host, StsPolicy? published, StsFault? fault, CancellationToken cancellationToken)
    {
        var addresses = await HostAddresses.FindAsync(dns, host, options.Mx.AllowPrivateTargets, cancellationToken).ConfigureAwait(false);
        var settings = route.Settings with { ServerName = host };
        if (addresses.Failure is { } failure)
        {
            return new HostTargets { Settings = settings, Failure = failure };
        }

        var isFree = !route.Servers.IsEmpty || route.IgnoresTlsPolicy;
        var demand = isFree ? DaneDemand.None : await _dane.FindAsync(hosts, addresses, route.Port, cancellationToken).ConfigureAwait(false);
        var policy = published is { Mode: StsMode.Enforce } ? published : null;
        var reported = isFree || AddressLiteral.TryParse(hosts.Domain, out _) ? null : Reported(hosts.Domain, host, demand, published, fault);
        failure = demand.Failure is { } unknown ? RouteFailure.Transient(unknown)
            : Refuse(route, hosts, host, policy) ?? (isFree || !demand.Rows.IsEmpty ? null : Refuse(hosts, host, policy));
        return failure is not null ? new HostTargets { Settings = settings, Failure = failure, TlsPolicy = reported } : new HostTargets
        {
            TlsPolicy = reported,
            Addresses = [.. addresses.Addresses.Select(address => new IPEndPoint(address, route.Port))],
            Settings = isFree ? settings : Secure(settings, demand, policy is null ? null : hosts.Domain),
        };
    }

    /// <summary>What reports say that sessions with the host are held to: as above, and by a policy that only tests as well.</summary>
    private static TlsPolicy Reported(string domain, string host, DaneDemand demand, StsPolicy? published, StsFault? fault)
    {
        if (demand.Failure is { } unknown)
        {
            return new TlsPolicy(domain, TlsPolicyType.Tlsa, host) { Fault = (TlsResult.DnssecInvalid, unknown) };
        }

        if (!demand.Rows.IsEmpty)
        {
            return TlsPolicy.Of(domain, demand.BaseDomain!, demand.Rows);
        }

        if (published is { Mode: not StsMode.None })
        {
            return TlsPolicy.Of(domain, published) with
            {
                Fault = published.Names(host) ? null : (TlsResult.ValidationFailure, "the policy does not name the host"),
            };
        }

        return fault is null
            ? TlsPolicy.None(domain)
            : new TlsPolicy(domain, TlsPolicyType.Sts, domain) { Fault = (fault.Result, PeerText.Escape(fault.Reason)) };
    }

    /// <summary>RFC 8689 §4.2.1: the way to the server must be known for sure as well.</summary>
    private static SmtpFailure? Refuse(Route route, MxHosts hosts, string host, StsPolicy? policy) =>
        route.Settings.NeedsRequireTls && !hosts.IsAuthentic && policy?.Names(host) != true
            ? RouteFailure.Permanent($"REQUIRETLS: neither DNSSEC nor MTA-STS vouches for {host} as a host of {hosts.Domain}", 7, 30)
            : null;

    /// <summary>RFC 8461 §5: mail waits rather than going to a host that the policy does not name.</summary>
    private static SmtpFailure? Refuse(MxHosts hosts, string host, StsPolicy? policy) => policy?.Names(host) == false
        ? RouteFailure.Transient($"MTA-STS: the policy of {hosts.Domain} does not name {host}")
        : null;

    /// <param name="settings">Of the route.</param>
    /// <param name="demand">Of DNS. Records that can be used come first; others authenticate nobody, so that a policy adds to them.</param>
    /// <param name="enforcing">The domain, if it enforces a policy.</param>
    private static SmtpClientSettings Secure(SmtpClientSettings settings, DaneDemand demand, string? enforcing)
    {
        if (!demand.Rows.IsEmpty)
        {
            return settings with { ServerName = demand.BaseDomain!, Tls = SmtpClientTls.Required, CertificateCheck = new DaneCheck(demand) };
        }

        if (enforcing is not null)
        {
            return settings with { Tls = SmtpClientTls.Required, CertificateCheck = new StsCheck(enforcing) };
        }

        // REQUIRETLS wants a certificate that is checked, so that the usual check stays.
        return demand.BaseDomain is { } name && !settings.NeedsRequireTls
            ? settings with { ServerName = name, Tls = SmtpClientTls.Encrypted }
            : settings;
    }
}
