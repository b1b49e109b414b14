using System.Collections.Immutable;

namespace MailManager.Delivery.Dns;

/// <summary>What became of a question.</summary>
public enum DnsStatus
{
    /// <summary>There are records.</summary>
    Found,

    /// <summary>The name exists, without records of this type (NODATA, RFC 2308 §2.2).</summary>
    NoData,

    /// <summary>The name does not exist (NXDOMAIN).</summary>
    NoName,

    /// <summary>No answer that could be used: SERVFAIL, REFUSED, or one that cannot be read. A validating resolver says so of bogus data too.</summary>
    Failed,

    /// <summary>No answer in time.</summary>
    TimedOut,
}

/// <summary>The answer to one question.</summary>
/// <typeparam name="T">What a record says.</typeparam>
public sealed record DnsAnswer<T>
{
    public required DnsStatus Status { get; init; }

    /// <summary>Not empty exactly when the status is <see cref="DnsStatus.Found"/>.</summary>
    public ImmutableArray<T> Records { get; init; } = [];

    /// <summary>
    /// The resolver has validated all of it by DNSSEC, aliases included, or the denial of it (the AD bit, RFC 4035 §3.2.3), and it is trusted to say so.
    /// </summary>
    public bool IsAuthentic { get; init; }

    /// <summary>The name that has the records: the one asked for, or the last of the aliases that lead from it (CNAME).</summary>
    public required string Name { get; init; }

    /// <summary>No answer came: it says nothing about the name.</summary>
    public bool IsUnknown => Status is DnsStatus.Failed or DnsStatus.TimedOut;
}

/// <summary>One MX record (RFC 1035 §3.3.9).</summary>
/// <param name="Preference">The lowest comes first.</param>
/// <param name="Host">Without a final dot; empty for the null MX (RFC 7505). May hold anything that DNS can.</param>
public sealed record MxRow(int Preference, string Host);

/// <summary>One TLSA record (RFC 6698 §2.1), with the numbers as they came.</summary>
/// <param name="Usage">Certificate usage.</param>
/// <param name="Selector">Which part of a certificate is meant.</param>
/// <param name="MatchingType">How it is presented.</param>
/// <param name="Data">To be compared with.</param>
public sealed record TlsaRow(byte Usage, byte Selector, byte MatchingType, ImmutableArray<byte> Data);
