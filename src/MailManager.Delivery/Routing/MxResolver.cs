using System.Net;
using DnsClient;
using DnsClient.Protocol;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Finds the servers of a mail domain (RFC 5321 §5.1): by MX in order of preference, else the domain's own addresses; a null MX (RFC 7505)
/// means that it takes no mail. What is wrong for good is a local failure with a status of class 5, the rest is the network's. Thread-safe.
/// </summary>
internal sealed class MxResolver
{
    /// <summary>Hosts whose addresses are looked up.</summary>
    private const int MaxHosts = 5;

    private readonly LookupClient _client;
    private readonly MxOptions _options;

    public MxResolver(MxOptions options)
    {
        _options = options;
        var settings = options.NameServers.IsEmpty ? new LookupClientOptions() : new LookupClientOptions([.. options.NameServers]);
        settings.Timeout = options.QueryTimeout;
        settings.UseCache = true;
        settings.ThrowDnsErrors = false;
        _client = new LookupClient(settings);
    }

    /// <summary>Addresses in the order in which to try them; with none, why.</summary>
    public async ValueTask<(IReadOnlyList<Target> Targets, SmtpFailure? Failure)> ResolveAsync(string domain, int port, CancellationToken cancellationToken)
    {
        if (Uri.CheckHostName(domain) != UriHostNameType.Dns)
        {
            return ([], Permanent("what follows the at sign is no domain name", 1, 2));
        }

        try
        {
            var answer = await _client.QueryAsync(domain, QueryType.MX, cancellationToken: cancellationToken).ConfigureAwait(false);
            var code = answer.Header.ResponseCode;
            if (code == DnsHeaderResponseCode.NotExistentDomain)
            {
                return ([], Permanent($"domain {domain} does not exist", 1, 2));
            }

            if (code != DnsHeaderResponseCode.NoError)
            {
                return ([], Transient($"DNS answers {code} for {domain}"));
            }

            var records = answer.Answers.MxRecords().OrderBy(record => record.Preference).ToArray();
            if (records is [{ Exchange.Value: "." or "" }])
            {
                return ([], Permanent($"domain {domain} takes no mail (null MX)", 1, 10));
            }

            var hosts = records.Length == 0 ? [domain] : records.Take(MaxHosts).Select(record => record.Exchange.Value.TrimEnd('.'));
            return await ResolveHostsAsync(domain, hosts, port, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is DnsResponseException or OperationCanceledException or ArgumentException)
        {
            return ([], Transient($"DNS query for {domain} failed"));
        }
    }

    private async ValueTask<(IReadOnlyList<Target> Targets, SmtpFailure? Failure)> ResolveHostsAsync(
        string domain, IEnumerable<string> hosts, int port, CancellationToken cancellationToken)
    {
        var targets = new List<Target>();
        var isRefused = false;
        var isUnsure = false;
        foreach (var host in hosts)
        {
            foreach (var type in (QueryType[])[QueryType.A, QueryType.AAAA])
            {
                var answer = await _client.QueryAsync(host, type, cancellationToken: cancellationToken).ConfigureAwait(false);
                isUnsure |= answer.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain);
                foreach (var address in answer.Answers.OfType<AddressRecord>().Select(record => record.Address))
                {
                    if (_options.AllowPrivateTargets || TargetGuard.IsPublic(address))
                    {
                        targets.Add(new Target(host, new IPEndPoint(address, port)));
                    }
                    else
                    {
                        isRefused = true;
                    }
                }
            }
        }

        return (targets, targets.Count > 0 ? null
            : isUnsure ? Transient($"DNS query for the servers of {domain} failed")
            : isRefused ? Permanent($"the servers of {domain} have private addresses only", 4, 4)
            : Permanent($"domain {domain} has no mail server", 4, 4));
    }

    private static SmtpFailure Permanent(string reason, ushort subject, ushort detail) =>
        new(SmtpParty.Local, SmtpPhase.Connect, default, PeerText.Escape(reason), new EnhancedStatus(5, subject, detail));

    private static SmtpFailure Transient(string reason) => new(SmtpParty.Network, SmtpPhase.Connect, default, PeerText.Escape(reason));
}
