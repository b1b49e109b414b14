using System.Collections.Immutable;
using System.Net;
using MailManager.Delivery.Dns;
using MailManager.Delivery.MtaSts;

namespace MailManager.Delivery.TlsReports;

/// <summary>What wants a session with a host secured (RFC 8460 §4.4: policy-type).</summary>
internal enum TlsPolicyType
{
    NoPolicyFound,
    Sts,
    Tlsa,
}

/// <summary>The policy that sessions with a host of a mail domain are held to.</summary>
/// <param name="RecipientDomain">Whose mail it is, and who is told.</param>
/// <param name="Type">Of the policy.</param>
/// <param name="Domain">The recipient's, or with <see cref="TlsPolicyType.Tlsa"/> the TLSA base domain (RFC 8460 §1.1).</param>
internal sealed record TlsPolicy(string RecipientDomain, TlsPolicyType Type, string Domain)
{
    /// <summary>The policy's text, line by line, or the TLSA records.</summary>
    public ImmutableArray<string> Strings { get; init; } = [];

    /// <summary>Hosts that an MTA-STS policy names.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>The policy wants certificates checked, but mail delivered all the same (RFC 8461 §5, mode testing).</summary>
    public bool IsTesting { get; init; }

    /// <summary>What is wrong before any session: the host is not to be used, or would not be if the policy were enforced. Null: nothing.</summary>
    public (TlsResult Result, string Reason)? Fault { get; init; }

    public static TlsPolicy None(string recipientDomain) => new(recipientDomain, TlsPolicyType.NoPolicyFound, recipientDomain);

    public static TlsPolicy Of(string recipientDomain, StsPolicy policy) => new(recipientDomain, TlsPolicyType.Sts, recipientDomain)
    {
        Strings = [.. StsPolicyText.Write(policy).Split('\n', StringSplitOptions.RemoveEmptyEntries)],
        Hosts = policy.Patterns,
        IsTesting = policy.Mode == StsMode.Testing,
    };

    public static TlsPolicy Of(string recipientDomain, string baseDomain, ImmutableArray<TlsaRow> rows) => new(recipientDomain, TlsPolicyType.Tlsa, baseDomain)
    {
        Strings = [.. rows.Select(row => $"{row.Usage} {row.Selector} {row.MatchingType} {Convert.ToHexStringLower(row.Data.AsSpan())}")],
    };
}

/// <summary>How one attempt to have a secured session with a host of a mail domain ended.</summary>
/// <param name="Policy">What it was held to.</param>
/// <param name="Host">Of the domain.</param>
/// <param name="Result">What was wrong; null: nothing.</param>
internal readonly record struct TlsSession(TlsPolicy Policy, string Host, TlsResult? Result)
{
    /// <summary>More of it, printable ASCII; null: nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>Null: no connection was tried.</summary>
    public IPAddress? SendingAddress { get; init; }

    /// <summary>Null: no connection was tried.</summary>
    public IPAddress? ReceivingAddress { get; init; }
}

/// <summary>Hears of sessions by MX. Thread-safe; returns at once.</summary>
internal interface ITlsSessionRecorder
{
    void Record(in TlsSession session);
}
