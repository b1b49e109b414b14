using System.Collections.Immutable;
using System.Net;

namespace MailManager.Mta.Protection;

/// <summary>The protection of one ingress point that asks others or remembers: each null when off. Immutable.</summary>
internal sealed record ProtectionOptions
{
    public DnsListOptions? DnsLists { get; init; }

    public GreylistOptions? Greylisting { get; init; }

    public RecipientVerificationOptions? RecipientVerification { get; init; }
}

/// <summary>What happens to mail when what was asked does not answer.</summary>
internal enum FailureMode
{
    /// <summary>Go on as if it were off.</summary>
    Allow,

    /// <summary>A 4yz reply: the client comes again.</summary>
    Defer,
}

/// <summary>DNS lists of unwanted clients (RFC 5782).</summary>
internal sealed record DnsListOptions
{
    /// <summary>Lists that are asked, all at a time. A client on any of them is refused.</summary>
    public required ImmutableArray<DnsListZone> Zones { get; init; }

    /// <summary>For all of them together. Default 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>When no list names the client and one gave no answer. Default: allow.</summary>
    public FailureMode OnFailure { get; init; }

    /// <summary>Clients that are not looked up, besides private ones.</summary>
    public ImmutableArray<IPNetwork> Exempt { get; init; } = [];
}

/// <summary>One list.</summary>
/// <param name="Name">The zone, such as <c>zen.example</c>.</param>
/// <param name="Answers">Addresses that mean "listed"; empty: any of 127.0.0.0/8. 127.255.255.0/24 never does: it says that the query failed.</param>
internal sealed record DnsListZone(string Name, ImmutableArray<IPAddress> Answers);

/// <summary>Strangers are asked to come again (RFC 6647 §2.4: by client network, reverse-path and recipient).</summary>
internal sealed record GreylistOptions
{
    /// <summary>How long to wait after the first try. Default 5 minutes.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When the second try must have come, from the first. Default 1 day.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long it is remembered who has passed, from the last use. Default 36 days, more than a monthly newsletter's interval.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(36);

    /// <summary>Clients that pass at once.</summary>
    public ImmutableArray<IPNetwork> Exempt { get; init; } = [];
}

/// <summary>Recipients are accepted when the relay accepts them ("call-ahead").</summary>
internal sealed record RecipientVerificationOptions
{
    /// <summary>Name of the relay that is asked.</summary>
    public required string Relay { get; init; }

    /// <summary>How long a recipient that exists is remembered. Default 2 hours.</summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long a recipient that does not exist is remembered. Default 10 minutes.</summary>
    public TimeSpan NegativeCacheTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For one probe, from connecting to the reply to RCPT. Default 20 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>When the relay gives no answer, or not now. Default: defer.</summary>
    public FailureMode OnFailure { get; init; } = FailureMode.Defer;
}
