using System.Net.Http.Headers;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Routing;
using MailManager.Queue;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.TlsReports;

/// <summary>
/// Counts how sessions by MX are secured, and tells the domains that want to know, once a day (RFC 8460). What is counted is on disk within a minute. The reports of
/// a day go out after its end and a delay by chance, so that not all of the world's come at the same time. One that nobody takes is tried each hour for a
/// day. Thread-safe.
/// </summary>
internal sealed class TlsReporter : ITlsSessionRecorder, IAsyncDisposable
{
    /// <summary>How long a report is tried, by mail or HTTPS (RFC 8460 §5.5 leaves it open).</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>The longest delay after midnight (RFC 8460 §4.1: up to four hours).</summary>
    internal static readonly TimeSpan LongestDelay = TimeSpan.FromHours(4);

    /// <summary>Time between looks at what is to be written or sent.</summary>
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RetryEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan PostPatience = TimeSpan.FromMinutes(1);

    private const int MaxAtATime = 8;

    private readonly IDns _dns;
    private readonly IMailQueue _queue;
    private readonly DeliveryOptions _options;
    private readonly TlsReportOptions _reports;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TlsDays _days;
    private readonly TlsDayFiles _files;
    private readonly HttpClient _client;
    private readonly TimeSpan _delay;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _ticking = new(1);
    private readonly Task _running;
    private DateTimeOffset _notBefore;

    /// <summary>Reads what is on disk. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="dns">Where to ask for the domains' wishes.</param>
    /// <param name="queue">For reports by mail.</param>
    /// <param name="options">With <see cref="DeliveryOptions.TlsReports"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of reports.</param>
    /// <param name="random">From 0 up to 1: how much of the longest delay.</param>
    public TlsReporter(IDns dns, IMailQueue queue, DeliveryOptions options, TimeProvider time, ILogger logger, double random)
    {
        _dns = dns;
        _queue = queue;
        _options = options;
        _reports = options.TlsReports!;
        _time = time;
        _logger = logger;
        _delay = LongestDelay * random;
        _days = new TlsDays(time);
        _files = new TlsDayFiles(_reports.Directory, logger);
        foreach (var day in _files.ReadAll())
        {
            _days.Add(day);
        }

        _client = GuardedHttp.CreateClient(dns, options, time);
        _running = RunAsync();
    }

    /// <inheritdoc/>
    public void Record(in TlsSession session) => _days.Record(session);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _days.Flush(_files.Write, TlsDayFiles.Encode);
        _client.Dispose();
        _ticking.Dispose();
        _stop.Dispose();
    }

    /// <summary>Sends the reports whose time has come, and writes what has changed.</summary>
    internal async Task TickAsync()
    {
        await _ticking.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            await SendDueAsync().ConfigureAwait(false);
        }
        finally
        {
            _ticking.Release();
        }
    }

    private async Task SendDueAsync()
    {
        _days.Flush(_files.Write, TlsDayFiles.Encode);
        var now = _time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (now < _notBefore)
        {
            return;
        }

        foreach (var date in _days.Before(today))
        {
            var due = new DateTimeOffset(date.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) + _delay;
            if (now >= due + Patience)
            {
                _days.Forget(date);
            }
            else if (now >= due)
            {
                await SendAsync(date, now).ConfigureAwait(false);
                _notBefore = now + RetryEvery;
            }
        }

        _days.Flush(_files.Write, TlsDayFiles.Encode);
    }

    private Task SendAsync(DateOnly date, DateTimeOffset now) => Parallel.ForEachAsync(
        _days.DomainsOf(date),
        new ParallelOptions { MaxDegreeOfParallelism = MaxAtATime, CancellationToken = _stop.Token },
        async (domain, cancellationToken) =>
        {
            if (await IsDoneAsync(date, domain, now, cancellationToken).ConfigureAwait(false))
            {
                _days.Forget(date, domain);
            }
        });

    /// <summary>The domain wants no report, or one of its addresses has taken it. False: to be tried again.</summary>
    private async Task<bool> IsDoneAsync(DateOnly date, string domain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var answer = await _dns.FindTextAsync("_smtp._tls." + domain, cancellationToken).ConfigureAwait(false);
        if (answer.IsUnknown)
        {
            return false;
        }

        var addresses = TlsReportRecord.Read(answer.Records);
        if (addresses.IsEmpty || _days.Find(date, domain) is not { } tallies)
        {
            return true;
        }

        var report = new TlsReport(_reports, _options.Hostname, date, domain, tallies);
        var isTaken = false;
        foreach (var address in addresses)
        {
            var fault = address.Scheme == Uri.UriSchemeMailto
                ? await MailAsync(report, address, now).ConfigureAwait(false)
                : await PostAsync(report, address, cancellationToken).ConfigureAwait(false);
            isTaken |= fault is null;
            if (fault is null)
            {
                TlsReportLog.Sent(_logger, date, domain, address.AbsoluteUri);
            }
            else
            {
                TlsReportLog.NotSent(_logger, date, domain, address.AbsoluteUri, fault);
            }
        }

        return isTaken;
    }

    /// <summary>Null: the queue has it, and goes on from there.</summary>
    private async Task<string?> MailAsync(TlsReport report, Uri address, DateTimeOffset now)
    {
        var message = TlsReportMail.Build(report, TlsReportRecord.MailboxOf(address), _options, now);
        try
        {
            var result = await _queue.AcceptAsync(message).ConfigureAwait(false);
            return result == AcceptResult.Committed ? null : $"the queue does not take it: {result}";
        }
        finally
        {
            message.Content.Release();
        }
    }

    /// <summary>Null: taken (RFC 8460 §5.4).</summary>
    private async Task<string?> PostAsync(TlsReport report, Uri address, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(PostPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var content = new ByteArrayContent(report.Compress());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/tlsrpt+gzip");
        try
        {
            using var response = await _client.PostAsync(address, content, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "took too long";
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return fault.InnerException is { } inner ? $"{fault.Message} {inner.Message}" : fault.Message;
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await TickAsync().ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException))
                {
                    TlsReportLog.Fault(_logger, fault);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
