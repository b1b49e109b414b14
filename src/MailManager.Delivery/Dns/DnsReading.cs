using System.Collections.Immutable;
using DnsClient;
using DnsClient.Protocol;

namespace MailManager.Delivery.Dns;

/// <summary>From a response to an answer, and how long that holds.</summary>
internal static class DnsReading
{
    /// <summary>The shortest time that an answer is kept: a zone with a time to live of 0 must not make every message a question.</summary>
    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    /// <summary>The longest, so that what was wrong for a while does not stay so for a week.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The longest for "there is none" (RFC 2308 §5 would allow 3 hours).</summary>
    internal static readonly TimeSpan LongestDenial = TimeSpan.FromMinutes(15);

    /// <summary>For no answer: enough that messages that wait together do not ask each for itself (RFC 2308 §7 allows 5 minutes).</summary>
    internal static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    /// <summary>A longer chain of aliases is a mistake.</summary>
    private const int MaxAliases = 10;

    public static (DnsAnswer<T> Answer, TimeSpan TimeToLive) Read<T>(
        string question, IDnsQueryResponse response, Func<DnsResourceRecord, T?> read, bool trustsAuthenticated)
        where T : class
    {
        var code = response.Header.ResponseCode;
        if (code is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain))
        {
            return Unknown<T>(question, DnsStatus.Failed);
        }

        ImmutableArray<T> records = [.. response.Answers.Select(read).OfType<T>()];
        var answer = new DnsAnswer<T>
        {
            Status = records.Length > 0 ? DnsStatus.Found : code == DnsHeaderResponseCode.NoError ? DnsStatus.NoData : DnsStatus.NoName,
            Records = records,
            IsAuthentic = trustsAuthenticated && response.Header.IsAuthenticData,
            Name = Follow(question, response.Answers),
        };
        return (answer, records.Length > 0 ? Bound(response.Answers.Min(record => record.InitialTimeToLive), Longest) : Denial(response));
    }

    public static (DnsAnswer<T> Answer, TimeSpan TimeToLive) Unknown<T>(string question, DnsStatus status) =>
        (new DnsAnswer<T> { Status = status, Name = question }, AfterFailure);

    /// <summary>RFC 2308 §5: as long as the zone's SOA says.</summary>
    private static TimeSpan Denial(IDnsQueryResponse response) =>
        response.Authorities.OfType<SoaRecord>().FirstOrDefault() is { } soa ? Bound(Math.Min(soa.Minimum, soa.InitialTimeToLive), LongestDenial) : Shortest;

    private static TimeSpan Bound(long seconds, TimeSpan longest) =>
        TimeSpan.FromSeconds(Math.Clamp(seconds, (long)Shortest.TotalSeconds, (long)longest.TotalSeconds));

    private static string Follow(string name, IReadOnlyList<DnsResourceRecord> records)
    {
        for (var i = 0; i < MaxAliases && Alias(name, records) is { } next; i++)
        {
            name = next;
        }

        return name;
    }

    private static string? Alias(string name, IReadOnlyList<DnsResourceRecord> records) => records.OfType<CNameRecord>()
        .FirstOrDefault(record => string.Equals(DnsResolver.Plain(record.DomainName.Value), name, StringComparison.OrdinalIgnoreCase)) is { } alias
        ? DnsResolver.Plain(alias.CanonicalName.Value)
        : null;
}
