using System.Net;
using MailManager.Delivery.TlsReports;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>One host of a route, and how sessions with it are secured.</summary>
internal sealed record HostTargets
{
    /// <summary>In the order in which to try them. Empty: see <see cref="Failure"/>.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; init; } = [];

    /// <summary>For a session with it.</summary>
    public required SmtpClientSettings Settings { get; init; }

    /// <summary>What sessions with it are held to, for reports of TLS; null: it is a relay's, or it could not be looked up.</summary>
    public TlsPolicy? TlsPolicy { get; init; }

    /// <summary>Why it must not, or cannot, be used; null: it can.</summary>
    public SmtpFailure? Failure { get; init; }
}
