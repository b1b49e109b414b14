using System.Collections.Immutable;

namespace MailManager.Delivery.MtaSts;

/// <summary>What a domain wants of those who send to it (RFC 8461 §3.2). Immutable.</summary>
internal sealed record StsPolicy
{
    public required StsMode Mode { get; init; }

    /// <summary>Names of hosts in lower case, <c>*.</c> in front standing for one label. Empty only in mode none.</summary>
    public required ImmutableArray<string> Patterns { get; init; }

    /// <summary>How long it may be relied on after it was fetched: 0 to <see cref="StsPolicyText.LongestAge"/>.</summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>The host is one of the domain's (RFC 8461 §4.1): by its whole name, or by all of it but the first label.</summary>
    public bool Names(string host)
    {
        foreach (var pattern in Patterns)
        {
            var isWildcard = pattern[0] == '*';
            var rest = isWildcard ? host.IndexOf('.', StringComparison.Ordinal) : 0;
            if ((!isWildcard || rest > 0) && host.AsSpan(rest).Equals(pattern.AsSpan(isWildcard ? 1 : 0), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>How much a policy demands (RFC 8461 §5).</summary>
internal enum StsMode
{
    /// <summary>Nothing: the domain gives its policy up.</summary>
    None,

    /// <summary>Nothing yet: it only wants reports.</summary>
    Testing,

    /// <summary>Hosts that it names, over TLS with a valid certificate, or no mail.</summary>
    Enforce,
}
