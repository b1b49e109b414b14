using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using MailManager.Delivery.Dns;
using MailManager.Resources.Identities;

namespace MailManager.Mta.Protection;

/// <summary>Finds the names of clients.</summary>
internal interface IReverseNames
{
    /// <summary>A name that leads back to the client, in lower case and without a final dot; null: none, or no answer. Never fails.</summary>
    /// <param name="client">The client's address.</param>
    Task<string?> FindAsync(IPAddress client);
}

/// <summary>
/// Names of clients in the DNS: what the PTR record of an address says, if that name has the address itself. Whoever owns an address can let its PTR
/// record name anybody; only the second question makes it proof (RFC 8601 §2.7.3, <c>iprev</c>). Answers are remembered as long as they hold.
/// Thread-safe.
/// </summary>
/// <param name="resolver">Asks DNS; see <see cref="DnsListQuery.CreateResolver"/>.</param>
/// <param name="time">The clock.</param>
internal sealed class ReverseNames(IDnsQuery resolver, TimeProvider time) : IReverseNames, IDisposable
{
    /// <summary>All questions about one client together. A client for whom they take longer has no name.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Answers remembered, some 200 octets each.</summary>
    private const int Capacity = 100_000;

    /// <summary>Questions under way, each of which takes a socket.</summary>
    private const int MaxQuestions = 256;

    /// <summary>Names of one address that are followed; more are no mail server's.</summary>
    private const int MaxNames = 4;

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _slots = new(MaxQuestions);
    private readonly AnswerCache<IPAddress, string?> _answers = new(Capacity, time);

    /// <inheritdoc/>
    public Task<string?> FindAsync(IPAddress client) => _answers.GetAsync(client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client, AskAsync);

    public void Dispose() => _slots.Dispose();

    private async Task<(string? Name, TimeSpan TimeToLive)> AskAsync(IPAddress client)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        try
        {
            await _slots.WaitAsync(deadline.Token).ConfigureAwait(false);
            try
            {
                return await FindAsync(client, deadline.Token).WaitAsync(deadline.Token).ConfigureAwait(false);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception)
        {
            // Whatever a resolver runs into, the client has no name that is proved.
            return (null, AfterFailure);
        }
    }

    private async Task<(string? Name, TimeSpan TimeToLive)> FindAsync(IPAddress client, CancellationToken cancellationToken)
    {
        var zone = client.AddressFamily == AddressFamily.InterNetwork ? "in-addr.arpa" : "ip6.arpa";
        var reverse = await resolver.QueryAsync(DnsListQuery.NameOf(client, zone), QueryType.PTR, cancellationToken: cancellationToken).ConfigureAwait(false);
        var isFailure = IsFailure(reverse);
        foreach (var pointer in reverse.Answers.OfType<PtrRecord>().Take(MaxNames))
        {
            // A record may hold any octets; what is no host name is looked at no further.
            var name = pointer.PtrDomainName.Value.TrimEnd('.');
            if (DomainName.ProblemWith(name) is not null)
            {
                continue;
            }

            var type = client.AddressFamily == AddressFamily.InterNetwork ? QueryType.A : QueryType.AAAA;
            var forward = await resolver.QueryAsync(name, type, cancellationToken: cancellationToken).ConfigureAwait(false);
            isFailure |= IsFailure(forward);
            if (forward.Answers.OfType<AddressRecord>().FirstOrDefault(record => record.Address.Equals(client)) is { } proof)
            {
                return (
                    name.ToLowerInvariant(),
                    TimeSpan.FromSeconds(Math.Clamp(Math.Min(pointer.InitialTimeToLive, proof.InitialTimeToLive), Shortest.TotalSeconds, Longest.TotalSeconds)));
            }
        }

        return (null, isFailure ? AfterFailure : Shortest);
    }

    private static bool IsFailure(IDnsQueryResponse response) =>
        response.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain);
}
