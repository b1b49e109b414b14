using System.Net;
using System.Security.Authentication;
using MailManager.Messages.Envelope;
using MailManager.Resources.RuleTests;
using MailManager.Resources.TrafficPolicies;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Simulation;

/// <summary>The session of a sample, as the SMTP server would describe it, and as policies and rules see it.</summary>
internal static class SampleSession
{
    /// <summary>Stands for the session's id in replies.</summary>
    public const string Id = "dry-run";

    /// <summary>No client's port means anything to a decision.</summary>
    private const int AnyPort = 0;

    public static SmtpSessionInfo Describe(TestEnvelope envelope) => SmtpSessionInfo.Imagine(
        Id, Client(envelope), envelope.Helo, Protocol(envelope), Suite(envelope), envelope.AuthenticatedAs);

    public static SessionFacts Facts(TestEnvelope envelope) => new()
    {
        Client = Client(envelope),
        Helo = envelope.Helo,
        IsExtended = true,
        TlsProtocol = Protocol(envelope),
        TlsCipherSuite = Suite(envelope),
        AuthenticatedAs = envelope.AuthenticatedAs,
        ReverseName = envelope.ReverseDns,
    };

    private static IPEndPoint Client(TestEnvelope envelope) =>
        new(envelope.Ip.IsIPv4MappedToIPv6 ? envelope.Ip.MapToIPv4() : envelope.Ip, AnyPort);

    private static SslProtocols Protocol(TestEnvelope envelope) => envelope.Tls switch
    {
        TlsProtocolVersion.Tls13 => SslProtocols.Tls13,
        TlsProtocolVersion.Tls12 => SslProtocols.Tls12,
        _ => SslProtocols.None,
    };

    private static string? Suite(TestEnvelope envelope) => envelope.Tls is null ? null : "unknown";
}
