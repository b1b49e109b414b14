using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>
/// How to reach a destination, as configured at one moment. A connection belongs to the route it was opened for: a different one, a
/// new connection. Immutable.
/// </summary>
internal sealed record Route
{
    /// <summary>Host name or IP literal of a relay; the domain whose MX to look up when <see cref="IsMx"/>.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    public required int Port { get; init; }

    public bool IsMx { get; init; }

    /// <summary>The server name in it is replaced by the MX host's.</summary>
    public required SmtpClientSettings Settings { get; init; }
}
