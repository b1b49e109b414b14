using System.Net;
using System.Security.Authentication;
using MailManager.Queue.History;

namespace MailManager.Queue.Tests;

/// <summary>Histories of messages.</summary>
internal static class TestHistory
{
    /// <summary>With all that there can be.</summary>
    public static MessageHistory.Received Received { get; } = new(
        new SessionHistory
        {
            Id = "0HNA1B2C3D4E5",
            Client = new IPEndPoint(IPAddress.Parse("2001:db8::25"), 40_000),
            Helo = "mail.example.org",
            IsExtended = true,
            TlsProtocol = SslProtocols.Tls13,
            TlsCipherSuite = "TLS_AES_256_GCM_SHA384",
            IsTlsWrapped = true,
            AuthenticatedAs = "ann",
            CertificateName = "client 7",
        },
        new PolicyHistory(
            "front-policy",
            [new StatementMatch(3, ["Conditions[0].AnyOf[1]", "Conditions[0].AnyOf[2]"]), new StatementMatch(StatementMatch.Default, []), new StatementMatch(StatementMatch.Several, [])],
            [0, 1, 2, 0]),
        new RuleHistory(
            "inbound",
            [
                new RuleMatch(0, null, null, IsShadow: false, []),
                new RuleMatch(2, "spam-1", "Spam", IsShadow: false, ["Conditions[1].AnyOf[0]"]),
                new RuleMatch(300, null, "Later", IsShadow: true, []),
            ]));

    /// <summary>As of most messages: clear-cut decisions, TLS, no login.</summary>
    public static MessageHistory.Received Typical { get; } = new(
        new SessionHistory
        {
            Id = "0HNA1B2C3D4E5",
            Client = new IPEndPoint(IPAddress.Parse("192.0.2.25"), 40_000),
            Helo = "mail-qv1-f54.example.com",
            IsExtended = true,
            TlsProtocol = SslProtocols.Tls13,
            TlsCipherSuite = "TLS_AES_256_GCM_SHA384",
        },
        new PolicyHistory("inbound-policy", [new StatementMatch(0, [])], []),
        new RuleHistory(
            "inbound-rules",
            [
                new RuleMatch(1, null, "mark-external", IsShadow: false, ["Conditions[0].AnyOf[1]"]),
                new RuleMatch(4, "to-mailboxes", null, IsShadow: false, []),
            ]));
}
