using System.Collections.Immutable;
using MailManager.Delivery.Egress;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>
/// How to reach a destination, as configured at one moment. A connection belongs to the route it was opened for: a different one, a
/// new connection. Immutable.
/// </summary>
internal sealed record Route
{
    /// <summary>Host name or IP literal of a relay's first server; the domain whose MX to look up when <see cref="IsMx"/>.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port, of a relay's first server.</summary>
    public required int Port { get; init; }

    public bool IsMx { get; init; }

    /// <summary>Of a relay: all its servers; else empty.</summary>
    public ImmutableArray<RelayServer> Servers { get; init; } = [];

    /// <summary>What its connections are bound to; null: the system chooses.</summary>
    public EgressSource? Source { get; init; }

    /// <summary>By the servers' values, so that connections outlive a reload that changes nothing about them.</summary>
    public bool Equals(Route? other) =>
        other is not null && Host == other.Host && Port == other.Port && IsMx == other.IsMx && Servers.SequenceEqual(other.Servers)
        && IgnoresTlsPolicy == other.IgnoresTlsPolicy && Source == other.Source && Settings == other.Settings;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Host, Port, IsMx, Source, Settings);

    /// <summary>The same, from an egress source, whose mail never shares a connection with that of another.</summary>
    public Route From(EgressSource? source) => source is null ? this : this with
    {
        Source = source,
        Settings = source.Hostname is { } hostname ? Settings with { Hostname = hostname } : Settings,
    };

    /// <summary>
    /// The same, for a message with REQUIRETLS (RFC 8689 §4.2.1). As a route of its own it never shares a connection with messages that would
    /// take a lesser one.
    /// </summary>
    public Route WithRequireTls() => this with
    {
        Settings = Settings with
        {
            Tls = Settings.Tls == SmtpClientTls.Implicit ? SmtpClientTls.Implicit : SmtpClientTls.Required,
            NeedsRequireTls = true,
        },
    };

    /// <summary>By MX: what the mail domain demands by DANE and MTA-STS does not hold (RFC 8689 §5).</summary>
    public bool IgnoresTlsPolicy { get; init; }

    /// <summary>
    /// The failure comes of what REQUIRETLS wants over and above the route as configured, and so says nothing about other messages to it.
    /// </summary>
    public bool IsOwnFailure(SmtpFailure failure) =>
        Settings.NeedsRequireTls && (failure.Phase is SmtpPhase.StartTls or SmtpPhase.TlsHandshake || failure.Status is { Class: 5, Subject: 7 });

    /// <summary>The server name in it is replaced by that of the server that is tried.</summary>
    public required SmtpClientSettings Settings { get; init; }
}
