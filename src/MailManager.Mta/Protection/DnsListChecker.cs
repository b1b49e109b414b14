using System.Net;
using DnsClient;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>Looks clients up in DNS lists (RFC 5782). Thread-safe.</summary>
internal sealed class DnsListChecker(IDnsQuery resolver, TimeProvider time, ILogger<DnsListChecker> logger)
{
    /// <summary>What the lists say about a client. Never fails; takes no longer than the options' time.</summary>
    public Task<DnsListResult> CheckAsync(DnsListOptions options, IPAddress client)
    {
        _ = (resolver, time, logger, options, client);
        return Task.FromResult(default(DnsListResult));
    }
}

/// <summary>What the lists say.</summary>
internal enum DnsListOutcome
{
    /// <summary>On none of them, or not to be looked up.</summary>
    Clear,

    /// <summary>On one at least.</summary>
    Listed,

    /// <summary>On none that answered; one did not.</summary>
    Failed,
}

/// <summary>The lists' answer.</summary>
/// <param name="Outcome">In one word.</param>
/// <param name="Zone">The list that names the client, or gave no answer.</param>
/// <param name="Answer">What it answered.</param>
internal readonly record struct DnsListResult(DnsListOutcome Outcome, string? Zone, IPAddress? Answer);
