using System.Collections.Immutable;

namespace MailManager.Resources.IpSets;

/// <summary>(+) Address ranges under a name that policies and rules use. Some names are built in (<see cref="BuiltInIpSets"/>).</summary>
public sealed record IpSet
{
    /// <summary>1 to 64 characters of <c>[a-zA-Z0-9_.-]</c>.</summary>
    public required string IpSetName { get; init; }

    /// <summary>At most 10,000 addresses and ranges, IPv4 and IPv6; empty when there is a <see cref="File"/>.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>
    /// Absolute path of a file that is watched for changes: UTF-8, one address or range a line, at most 1,000,000; empty lines and what follows a
    /// <c>#</c> or <c>;</c> do not count. Null when there are <see cref="Values"/>.
    /// </summary>
    public string? File { get; init; }
}
