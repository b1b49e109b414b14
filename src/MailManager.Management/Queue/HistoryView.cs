using System.Collections.Immutable;
using System.Security.Authentication;
using MailManager.Queue.History;

namespace MailManager.Management.Queue;

/// <summary>How a message came into the queue; see <see cref="MessageHistory"/>. What is not there is not told.</summary>
public sealed record HistoryView
{
    public SessionView? Session { get; init; }

    public PolicyView? Policy { get; init; }

    public RulesView? Rules { get; init; }

    /// <summary>Id of the message that this one, a notification, tells of.</summary>
    public string? NotificationOf { get; init; }

    internal static HistoryView? Of(MessageHistory? history, ImmutableArray<string> recipients) => history switch
    {
        MessageHistory.Received received => new HistoryView
        {
            Session = SessionView.Of(received.Session),
            Policy = PolicyView.Of(received.Policy, recipients),
            Rules = new RulesView(received.Rules.RuleSet, [.. received.Rules.Rules.Select(RuleView.Of)]),
        },
        MessageHistory.Notification notification => new HistoryView { NotificationOf = notification.Of.ToString() },
        _ => null,
    };
}

/// <summary>The session in which it came; see <see cref="SessionHistory"/>.</summary>
public sealed record SessionView
{
    public required string Id { get; init; }

    /// <summary>Address and port.</summary>
    public required string Client { get; init; }

    /// <summary><c>SMTP</c>, <c>ESMTP</c> or <c>LMTP</c>.</summary>
    public required string Protocol { get; init; }

    public required string Helo { get; init; }

    /// <summary>The version, as <c>Tls13</c>; null: clear text.</summary>
    public string? Tls { get; init; }

    public string? CipherSuite { get; init; }

    /// <summary>TLS from the first octet, not by STARTTLS.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>Name of the credential that AUTH proved.</summary>
    public string? AuthenticatedAs { get; init; }

    /// <summary>First common name of the certificate that the client proved; null: no certificate.</summary>
    public string? Certificate { get; init; }

    internal static SessionView Of(SessionHistory session) => new()
    {
        Id = session.Id,
        Client = session.Client.ToString(),
        Protocol = session.IsLmtp ? "LMTP" : session.IsExtended ? "ESMTP" : "SMTP",
        Helo = session.Helo,
        Tls = session.TlsProtocol == SslProtocols.None ? null : session.TlsProtocol.ToString(),
        CipherSuite = session.TlsCipherSuite,
        ImplicitTls = session.IsTlsWrapped,
        AuthenticatedAs = session.AuthenticatedAs,
        Certificate = session.CertificateName,
    };
}

/// <summary>What let the recipients in; see <see cref="PolicyHistory"/>.</summary>
/// <param name="Name">Of the traffic policy.</param>
/// <param name="Statements">Those that allowed recipients.</param>
public sealed record PolicyView(string Name, ImmutableArray<StatementView> Statements)
{
    internal static PolicyView Of(PolicyHistory policy, ImmutableArray<string> recipients) => new(
        policy.Policy,
        [.. policy.Statements.Select((statement, i) => new StatementView(statement.Name, statement.Alternatives, RecipientsOf(policy, i, recipients)))]);

    private static ImmutableArray<string> RecipientsOf(PolicyHistory policy, int statement, ImmutableArray<string> recipients) =>
        policy.ByRecipient.IsEmpty ? recipients : [.. recipients.Take(policy.ByRecipient.Length).Where((_, i) => policy.ByRecipient[i] == statement)];
}

/// <param name="Statement">Index in <c>PolicyStatements</c>, <c>default</c>, or <c>several</c>: it was certain before it was known which.</param>
/// <param name="Alternatives">Paths of the alternatives of its conditions that held.</param>
/// <param name="Recipients">Of the envelope, whom it let in.</param>
public sealed record StatementView(string Statement, ImmutableArray<string> Alternatives, ImmutableArray<string> Recipients);

/// <summary>What decided where it goes; see <see cref="RuleHistory"/>.</summary>
/// <param name="RuleSet">Name of the rule set.</param>
/// <param name="Matched">The rules that matched for any recipient.</param>
public sealed record RulesView(string RuleSet, ImmutableArray<RuleView> Matched);

/// <param name="Rule">Its id, else its name, else its place: <c>Rules[3]</c>.</param>
/// <param name="Index">In <c>Rules</c>.</param>
/// <param name="Name">Null: it has none.</param>
/// <param name="Shadow">It was not applied.</param>
/// <param name="Alternatives">Paths of the alternatives of its conditions that held.</param>
public sealed record RuleView(string Rule, int Index, string? Name, bool Shadow, ImmutableArray<string> Alternatives)
{
    internal static RuleView Of(RuleMatch rule) => new(rule.Label, rule.Index, rule.Name, rule.IsShadow, rule.Alternatives);
}
