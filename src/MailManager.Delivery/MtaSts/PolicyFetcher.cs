using System.Net;
using System.Security.Authentication;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Routing;
using MailManager.Delivery.TlsReports;

namespace MailManager.Delivery.MtaSts;

/// <summary>Fetches policies over HTTPS (RFC 8461 §3.3). Thread-safe.</summary>
internal sealed class PolicyFetcher : IDisposable
{
    /// <summary>Octets of a policy (RFC 8461 §3.3 suggests a bound of 64 KiB).</summary>
    internal const int MaxLength = GuardedHttp.MaxLength;

    /// <summary>For all of it (RFC 8461 §3.3 suggests a minute).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="dns">Where to ask.</param>
    /// <param name="options">Port, guard and roots.</param>
    /// <param name="time">For time-outs.</param>
    public PolicyFetcher(IDns dns, DeliveryOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _client = GuardedHttp.CreateClient(dns, options, time);
    }

    /// <summary>The policy, or why there is none. Never throws for what happens on the way.</summary>
    /// <param name="domain">Of the recipient; a host name.</param>
    /// <param name="cancellationToken">Gives up; a failure like others.</param>
    public async Task<(StsPolicy? Policy, StsFault? Fault)> FetchAsync(string domain, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var address = new UriBuilder(Uri.UriSchemeHttps, $"mta-sts.{domain}", _options.MtaSts!.Port, "/.well-known/mta-sts.txt").Uri;
            using var response = await _client.GetAsync(address, either.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return NotFetched($"the policy host answered {(int)response.StatusCode}");
            }

            if (!string.Equals(response.Content.Headers.ContentType?.MediaType, "text/plain", StringComparison.OrdinalIgnoreCase))
            {
                return NotFetched($"the policy is {response.Content.Headers.ContentType?.MediaType ?? "of no type"}, not text/plain");
            }

            var octets = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return StsPolicyText.TryParse(octets, out var policy, out var fault) ? (policy, null) : (null, new StsFault(TlsResult.StsPolicyInvalid, fault));
        }
        catch (OperationCanceledException)
        {
            return NotFetched(deadline.IsCancellationRequested ? "the policy host took too long" : "stopping");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            var reason = fault.InnerException is { } inner ? $"{fault.Message} {inner.Message}" : fault.Message;
            return fault.InnerException is AuthenticationException ? (null, new StsFault(TlsResult.StsWebpkiInvalid, reason)) : NotFetched(reason);
        }
    }

    public void Dispose() => _client.Dispose();

    private static (StsPolicy?, StsFault?) NotFetched(string reason) => (null, new StsFault(TlsResult.StsPolicyFetchError, reason));
}

/// <summary>Why a domain that has a policy could not be asked for it.</summary>
/// <param name="Result">As it is reported.</param>
/// <param name="Reason">In words; may hold what the domain's owner wrote.</param>
internal sealed record StsFault(TlsResult Result, string Reason);
