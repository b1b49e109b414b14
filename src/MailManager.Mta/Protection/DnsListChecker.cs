using System.Net;
using DnsClient;
using MailManager.Delivery.Dns;
using MailManager.Resources.IngressPoints;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>
/// Looks clients up in DNS lists (RFC 5782): all of them at a time, answers remembered as long as they hold. Private, loopback and link-local
/// clients are on no list and are not looked up. Thread-safe.
/// </summary>
/// <param name="resolver">Asks DNS; see <see cref="DnsListQuery.CreateResolver"/>.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For lists that fail.</param>
internal sealed class DnsListChecker(IDnsQuery resolver, TimeProvider time, ILogger<DnsListChecker> logger) : IDisposable
{
    /// <summary>Answers remembered, some 200 octets each.</summary>
    internal const int Capacity = 100_000;

    /// <summary>What means "listed" where the list's own answers are not configured (RFC 5782 §2.1).</summary>
    private static readonly IPNetwork Listing = IPNetwork.Parse("127.0.0.0/8");

    private static readonly IPNetwork[] NotLookedUp = Array.ConvertAll(
        (string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
            "::/16", "fc00::/6",
        ],
        IPNetwork.Parse);

    private readonly DnsListQuery _query = new(resolver, time, logger);
    private readonly AnswerCache<(string Zone, IPAddress Client), DnsListAnswer> _answers = new(Capacity, time);

    /// <summary>What the lists say about a client. Never fails; takes no longer than the options' time.</summary>
    public Task<DnsListResult> CheckAsync(DnsListSettings options, IPAddress client)
    {
        client = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        if (Contains(NotLookedUp, client) || Contains(options.Exempt.AsSpan(), client))
        {
            return Task.FromResult(default(DnsListResult));
        }

        var failed = default(DnsListResult);
        foreach (var zone in options.Zones)
        {
            if (!_answers.TryGet((zone.Name, client), out var answer))
            {
                return AskAsync(options, client);
            }

            var result = Judge(zone, answer);
            if (result.Outcome == DnsListOutcome.Listed)
            {
                return Task.FromResult(result);
            }

            failed = result.Outcome == DnsListOutcome.Failed ? result : failed;
        }

        return Task.FromResult(failed);
    }

    public void Dispose() => _query.Dispose();

    private static DnsListResult Judge(DnsListZone zone, in DnsListAnswer answer)
    {
        foreach (var address in answer.Addresses)
        {
            if (zone.Answers.IsEmpty ? Listing.Contains(address) : zone.Answers.Contains(address))
            {
                return new DnsListResult(DnsListOutcome.Listed, zone.Name, address);
            }
        }

        return answer.IsFailure ? new DnsListResult(DnsListOutcome.Failed, zone.Name, null) : default;
    }

    private static bool Contains(ReadOnlySpan<IPNetwork> ranges, IPAddress client)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(client))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<DnsListResult> AskAsync(DnsListSettings options, IPAddress client)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, time);
        var asked = options.Zones.Select(zone => AskAsync(zone, client, options.Timeout)).ToArray();
        var failed = default(DnsListResult);
        try
        {
            await foreach (var answered in Task.WhenEach(asked).WithCancellation(deadline.Token).ConfigureAwait(false))
            {
                var result = await answered.ConfigureAwait(false);
                if (result.Outcome == DnsListOutcome.Listed)
                {
                    return result;
                }

                failed = result.Outcome == DnsListOutcome.Failed ? result : failed;
            }

            return failed;
        }
        catch (OperationCanceledException)
        {
            var silent = Array.FindIndex(asked, task => !task.IsCompleted);
            return new DnsListResult(DnsListOutcome.Failed, options.Zones[Math.Max(0, silent)].Name, null);
        }
    }

    private async Task<DnsListResult> AskAsync(DnsListZone zone, IPAddress client, TimeSpan limit) =>
        Judge(zone, await _answers.GetAsync((zone.Name, client), question => _query.RunAsync(question.Zone, question.Client, limit)).ConfigureAwait(false));
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
