using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DnsClient;
using DnsClient.Protocol;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>
/// One question to one DNS list, and how long its answer holds. An answer that cannot be one of a list, such as those of a domain that was sold,
/// counts as none, and lists that fail are logged once a minute. Thread-safe.
/// </summary>
internal sealed class DnsListQuery(IDnsQuery resolver, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Queries under way, each of which takes a socket: a flood of clients must not use up the process's descriptors.</summary>
    private const int MaxQueries = 256;

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>For "not listed" where the list's zone does not say how long that holds.</summary>
    private static readonly TimeSpan WithoutSoa = TimeSpan.FromMinutes(5);

    /// <summary>For a list that fails: later clients do not wait for it again and again.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);
    private static readonly IPNetwork Answers = IPNetwork.Parse("127.0.0.0/8");

    /// <summary>Answers that mean an error, not a listing: queries over a public resolver, too many of them, a misspelt zone.</summary>
    private static readonly IPNetwork Errors = IPNetwork.Parse("127.255.255.0/24");

    private readonly SemaphoreSlim _slots = new(MaxQueries);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _warned = new(StringComparer.Ordinal);

    /// <summary>A resolver fit for lists: no cache of its own, which would hold answers without bound, and tries that fit into 3 s.</summary>
    /// <param name="nameServers">None: the system's.</param>
    public static IDnsQuery CreateResolver(params IPEndPoint[] nameServers)
    {
        var options = nameServers.Length == 0 ? new LookupClientOptions() : new LookupClientOptions(nameServers);
        options.UseCache = false;
        options.ThrowDnsErrors = false;
        options.Timeout = TimeSpan.FromSeconds(1);
        options.Retries = 2;
        return new LookupClient(options);
    }

    /// <summary>Never fails; ends within the limit.</summary>
    public async Task<(DnsListAnswer Answer, TimeSpan TimeToLive)> RunAsync(string zone, IPAddress client, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        try
        {
            await _slots.WaitAsync(deadline.Token).ConfigureAwait(false);
            try
            {
                var response = await resolver.QueryAsync(NameOf(client, zone), QueryType.A, cancellationToken: deadline.Token)
                    .WaitAsync(deadline.Token).ConfigureAwait(false);
                return Read(zone, response);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception fault)
        {
            // Whatever a resolver runs into, the list has given no answer.
            return Failed(zone, fault is OperationCanceledException ? "timed out" : fault.Message);
        }
    }

    public void Dispose() => _slots.Dispose();

    /// <summary>The name to ask for: the address's octets, or nibbles of IPv6, the last one first (RFC 5782 §2.1, §2.4).</summary>
    internal static string NameOf(IPAddress client, string zone)
    {
        var octets = client.GetAddressBytes();
        var name = new StringBuilder();
        for (var i = octets.Length - 1; i >= 0; i--)
        {
            _ = client.AddressFamily == AddressFamily.InterNetwork
                ? name.Append(octets[i]).Append('.')
                : name.Append($"{octets[i] & 15:x}.{octets[i] >> 4:x}.");
        }

        return name.Append(zone).Append('.').ToString();
    }

    private static TimeSpan Bound(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, (long)Shortest.TotalSeconds, (long)Longest.TotalSeconds));

    private (DnsListAnswer Answer, TimeSpan TimeToLive) Read(string zone, IDnsQueryResponse response)
    {
        if (response.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain))
        {
            return Failed(zone, response.Header.ResponseCode.ToString());
        }

        var records = response.Answers.OfType<ARecord>().ToArray();
        if (records.Length == 0)
        {
            // How long "no" holds: RFC 2308 §5.
            var soa = response.Authorities.OfType<SoaRecord>().FirstOrDefault();
            return (new DnsListAnswer([], IsFailure: false), soa is null ? WithoutSoa : Bound(Math.Min(soa.Minimum, soa.InitialTimeToLive)));
        }

        if (Array.Find(records, record => !Answers.Contains(record.Address) || Errors.Contains(record.Address)) is { } error)
        {
            return Failed(zone, $"answers {error.Address}");
        }

        return (new DnsListAnswer(Array.ConvertAll(records, record => record.Address), IsFailure: false), Bound(records.Min(record => record.InitialTimeToLive)));
    }

    private (DnsListAnswer Answer, TimeSpan TimeToLive) Failed(string zone, string reason)
    {
        var now = time.GetUtcNow();
        var warned = _warned.GetOrAdd(zone, DateTimeOffset.MinValue);
        if (now - warned >= BetweenWarnings && _warned.TryUpdate(zone, now, warned))
        {
            ProtectionLog.ListFails(logger, zone, PeerText.Escape(reason));
        }

        return (new DnsListAnswer([], IsFailure: true), AfterFailure);
    }
}

/// <summary>What one list said of one client.</summary>
/// <param name="Addresses">All within 127.0.0.0/8; empty: not listed, or no answer.</param>
/// <param name="IsFailure">No answer.</param>
internal readonly record struct DnsListAnswer(IPAddress[] Addresses, bool IsFailure);
