using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Shaping;

/// <summary>Replies of some servers that mean something else, or more, than their code says. Immutable.</summary>
public sealed record ReplyPattern
{
    /// <summary>Destinations that it is for. A pattern is for what either this or <see cref="Hosts"/> covers.</summary>
    public ImmutableArray<DestinationPattern> Destinations { get; init; } = [];

    /// <summary>Servers that it is for, whatever destination they were reached for.</summary>
    public ImmutableArray<HostPattern> Hosts { get; init; } = [];

    /// <summary>
    /// What the reply looks like on one line: code, enhanced status if there is one, text. Of the non-backtracking kind, so that a reply cannot keep it busy.
    /// </summary>
    public required Regex Reply { get; init; }

    /// <summary>What it was the reply to; null: to anything.</summary>
    public SmtpPhase? Phase { get; init; }

    public required ReplyAction Action { get; init; }

    /// <summary>It is for this server, one of this destination.</summary>
    /// <param name="destination">Key of the destination.</param>
    /// <param name="host">Name of the server; null: none was reached.</param>
    internal bool IsFor(string destination, string? host) =>
        Destinations.Any(pattern => pattern.Covers(destination)) || Hosts.Any(pattern => pattern.Covers(host));
}
