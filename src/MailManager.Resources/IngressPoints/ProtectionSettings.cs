using System.Collections.Immutable;
using System.Net;

namespace MailManager.Resources.IngressPoints;

/// <summary>What keeps unwanted clients away: <c>Protection</c>, beyond the API. What is null is off, and all of it is by default.</summary>
public sealed record ProtectionSettings
{
    /// <summary>DNS blocklists, asked for the client's address.</summary>
    public DnsListSettings? DnsLists { get; init; }

    /// <summary>Time before the greeting, 1 second to 1 minute. Who speaks before it is turned away.</summary>
    public TimeSpan? GreetingDelay { get; init; }

    /// <summary>First attempts of unknown senders are put off.</summary>
    public GreylistingSettings? Greylisting { get; init; }

    /// <summary>Recipients are asked for at a relay.</summary>
    public RecipientVerificationSettings? RecipientVerification { get; init; }

    /// <summary>Replies after errors are held back.</summary>
    public TarpitSettings? Tarpit { get; init; }
}

/// <summary>DNS blocklists (RFC 5782): <c>Protection.DnsLists</c>.</summary>
public sealed record DnsListSettings
{
    /// <summary>1 to 20, with different names.</summary>
    public required ImmutableArray<DnsListZone> Zones { get; init; }

    /// <summary>Time for all answers together, 1 to 30 seconds. Default 3 seconds, this project's choice.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>When a zone does not answer. Default <see cref="ProtectionFailure.Allow"/>: a list that fails must not stop all mail.</summary>
    public ProtectionFailure OnFailure { get; init; } = ProtectionFailure.Allow;

    /// <summary>Clients that are not asked for. At most 1,000. Default: none.</summary>
    public ImmutableArray<IPNetwork> Exempt { get; init; } = [];
}

/// <summary>One blocklist.</summary>
/// <param name="Name">The zone, such as <c>zen.spamhaus.org</c>.</param>
/// <param name="Answers">
/// Addresses in 127.0.0.0/8 that mean "listed", at most 256; empty: any of 127.0.0.0/8 (RFC 5782 §2.1) except
/// 127.255.255.0/24, by which lists say that they refuse to answer.
/// </param>
public sealed record DnsListZone(string Name, ImmutableArray<IPAddress> Answers);

/// <summary><c>Protection.Greylisting</c>.</summary>
public sealed record GreylistingSettings
{
    /// <summary>Time from the first attempt until one is let through, 1 second to 1 day. Default 5 minutes, as Postgrey has it.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Time from the first attempt in which another must come, 1 minute to 30 days and longer than <see cref="Delay"/>. Default 1 day:
    /// some servers try again only after hours.
    /// </summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Time for which a sender that was let through is remembered after its last message, 1 hour to 366 days. Default 36 days: what is
    /// sent monthly passes.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(36);

    /// <summary>Clients that are not put off. At most 1,000. Default: none.</summary>
    public ImmutableArray<IPNetwork> Exempt { get; init; } = [];
}

/// <summary><c>Protection.RecipientVerification</c>.</summary>
public sealed record RecipientVerificationSettings
{
    /// <summary>Name of the relay that is asked.</summary>
    public required string Relay { get; init; }

    /// <summary>How long "exists" is remembered, 1 second to 30 days. Default 2 hours, this project's choice.</summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long "does not exist" is remembered, 1 second to 30 days. Default 10 minutes: a new mailbox works soon.</summary>
    public TimeSpan NegativeCacheTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time for the relay's answer, 1 second to 5 minutes. Default 20 seconds, this project's choice.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// When the relay does not say. Default <see cref="ProtectionFailure.Defer"/>: what is accepted unverified may have to be bounced.
    /// </summary>
    public ProtectionFailure OnFailure { get; init; } = ProtectionFailure.Defer;
}

/// <summary><c>Protection.Tarpit</c>.</summary>
public sealed record TarpitSettings
{
    /// <summary>Time before the reply to a refused command, 1 second to 1 minute. Default 5 seconds, this project's choice.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Refused commands of the session before those replies are held back, 1 to 10,000. Default 3, this project's choice.</summary>
    public int AfterErrors { get; init; } = 3;
}

/// <summary>What is done when a protection cannot decide.</summary>
public enum ProtectionFailure
{
    /// <summary>As if it were off.</summary>
    Allow,

    /// <summary>The client is told to come back (451).</summary>
    Defer,
}
