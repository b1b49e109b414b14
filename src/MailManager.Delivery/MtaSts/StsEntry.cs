namespace MailManager.Delivery.MtaSts;

/// <summary>A policy as it was fetched. Immutable.</summary>
internal sealed record StsEntry
{
    /// <summary>The longest time until it is fetched again (RFC 8461 §10.2 wants that well before it ends).</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromDays(1);

    /// <summary>In lower case.</summary>
    public required string Domain { get; init; }

    /// <summary>Of the TXT record for which it was fetched.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset FetchedAt { get; init; }

    public required StsPolicy Policy { get; init; }

    /// <summary>It counts until then.</summary>
    public DateTimeOffset ExpiresAt => FetchedAt + Policy.MaxAge;

    /// <summary>It is fetched again from then on: after half of its time, at the latest after a day.</summary>
    public DateTimeOffset RefreshAt => FetchedAt + (Policy.MaxAge / 2 < LongestRest ? Policy.MaxAge / 2 : LongestRest);

    /// <summary>About the octets that it takes in memory and, with the file system's share, on disk.</summary>
    public int Weight => 512 + Policy.Patterns.Sum(pattern => 64 + (2 * pattern.Length));
}
