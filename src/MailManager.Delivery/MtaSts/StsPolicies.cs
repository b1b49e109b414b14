using System.Text;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Routing;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.MtaSts;

/// <summary>
/// The policies of recipients' domains (RFC 8461 §5): fetched when the TXT record has an id that is not known, again in the background long before they
/// end, and kept meanwhile, whatever becomes of record and host. Thread-safe.
/// </summary>
internal sealed class StsPolicies : IAsyncDisposable
{
    /// <summary>A policy host is asked once in this time for the same id (RFC 8461 §3.3: five minutes or longer).</summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    /// <summary>Time between looks at what is to be fetched again.</summary>
    internal static readonly TimeSpan RefreshEvery = TimeSpan.FromHours(1);

    /// <summary>The longest name whose TXT record has a name that fits into DNS: 253 octets (RFC 1035 §2.3.4) less <c>_mta-sts.</c>.</summary>
    private const int MaxDomainLength = 253 - 9;

    private const int MaxFetches = 64;
    private const int MaxRefreshes = 8;
    private const int MaxResults = 10_000;

    private readonly IDns _dns;
    private readonly StsCache _cache;
    private readonly PolicyFetcher _fetcher;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots = new(MaxFetches);
    private readonly CancellationTokenSource _stop = new();

    // What came of a fetch.
    private readonly AnswerCache<(string Domain, string Id), (StsEntry? Entry, StsFault? Fault)> _results;
    private readonly Task _refreshing;

    /// <summary>Reads what is on disk. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="dns">Where to ask.</param>
    /// <param name="options">With <see cref="DeliveryOptions.MtaSts"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of policies.</param>
    public StsPolicies(IDns dns, DeliveryOptions options, TimeProvider time, ILogger logger)
    {
        _dns = dns;
        _time = time;
        _logger = logger;
        _cache = new StsCache(new StsFiles(options.MtaSts!.Directory, logger), time);
        _cache.Load();
        _fetcher = new PolicyFetcher(dns, options, time);
        _results = new AnswerCache<(string, string), (StsEntry?, StsFault?)>(MaxResults, time);
        _refreshing = RefreshOnAsync();
    }

    /// <summary>The policy in force; null: none, and why not where the domain has one.</summary>
    /// <param name="domain">Of a recipient; a name, or an address literal, which has none.</param>
    /// <param name="cancellationToken">Gives up; throws.</param>
    public async ValueTask<(StsPolicy? Policy, StsFault? Fault)> FindAsync(string domain, CancellationToken cancellationToken)
    {
        domain = domain.ToLowerInvariant();
        if (domain.Length > MaxDomainLength || !Ascii.IsValid(domain) || !MxResolver.IsHostName(domain))
        {
            return default;
        }

        var id = await FindIdAsync(domain, cancellationToken).ConfigureAwait(false);
        var known = _cache.Find(domain);
        StsFault? fault = null;
        if (id is not null && id != known?.Id)
        {
            (var fetched, fault) = await FetchAsync(domain, id).WaitAsync(cancellationToken).ConfigureAwait(false);
            known = fetched ?? known;
        }

        return known?.ExpiresAt > _time.GetUtcNow() ? (known.Policy, null) : (null, fault);
    }

    /// <summary>Stops fetching.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _refreshing.ConfigureAwait(false);
        for (var i = 0; i < MaxFetches; i++)
        {
            // Whoever fetches still writes.
            await _slots.WaitAsync().ConfigureAwait(false);
        }

        _fetcher.Dispose();
        _stop.Dispose();
        _slots.Dispose();
    }

    /// <summary>Fetches again what it is time for. A domain without a record wants to be forgotten, so its policy is left to end.</summary>
    internal Task RefreshAsync() => Parallel.ForEachAsync(
        _cache.TakeDue(),
        new ParallelOptions { MaxDegreeOfParallelism = MaxRefreshes, CancellationToken = _stop.Token },
        async (entry, cancellationToken) =>
        {
            if (await FindIdAsync(entry.Domain, cancellationToken).ConfigureAwait(false) is { } id)
            {
                await FetchAsync(entry.Domain, id).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        });

    private async ValueTask<string?> FindIdAsync(string domain, CancellationToken cancellationToken) =>
        StsRecord.FindId((await _dns.FindTextAsync("_mta-sts." + domain, cancellationToken).ConfigureAwait(false)).Records);

    private Task<(StsEntry? Entry, StsFault? Fault)> FetchAsync(string domain, string id) =>
        _results.GetAsync((domain, id), async question => (await FetchNowAsync(question.Domain, question.Id).ConfigureAwait(false), Rest));

    private async Task<(StsEntry?, StsFault?)> FetchNowAsync(string domain, string id)
    {
        await _slots.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            var (policy, fault) = await _fetcher.FetchAsync(domain, _stop.Token).ConfigureAwait(false);
            if (policy is null)
            {
                StsLog.NotFetched(_logger, domain, fault!.Reason);
                return (null, fault);
            }

            var entry = new StsEntry { Domain = domain, Id = id, FetchedAt = _time.GetUtcNow(), Policy = policy };
            if (_cache.Put(entry) is not { } former || former.Id != id)
            {
                StsLog.Fetched(_logger, entry);
            }

            return (entry, null);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task RefreshOnAsync()
    {
        using var timer = new PeriodicTimer(RefreshEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await RefreshAsync().ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException))
                {
                    // Policies would end one after the other if nobody fetched them any more.
                    StsLog.RefreshFault(_logger, fault);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
