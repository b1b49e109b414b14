using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MailManager.Management.Queue;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Cli;

/// <summary>How a message came and what was decided then, to be read by people. What clients said is escaped.</summary>
internal static class HistoryText
{
    /// <summary>Appends some lines.</summary>
    public static void AppendTo(StringBuilder text, HistoryView history)
    {
        if (history.NotificationOf is { } other)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  notification  of message {other}");
        }

        if (history.Session is { } session)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  session       {session.Id}, {session.Protocol} from {session.Client}, helo {PeerText.Escape(session.Helo)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  tls           {Tls(session)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  client is     {Client(session)}");
        }

        foreach (var statement in history.Policy?.Statements ?? [])
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  policy        {history.Policy!.Name}, {Statement(statement)}{Alternatives(statement.Alternatives)}, allows {Addresses(statement.Recipients)}");
        }

        foreach (var rule in history.Rules?.Matched ?? [])
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  rule          {history.Rules!.RuleSet}, {rule.Rule}{Alternatives(rule.Alternatives)}{(rule.Shadow ? ", a shadow, matched and was not applied" : " matched")}");
        }
    }

    private static string Tls(SessionView session) => session.Tls is null ? "none" : $"{session.Tls} {session.CipherSuite}{(session.ImplicitTls ? ", implicit" : "")}";

    private static string Client(SessionView session) => (session.AuthenticatedAs, session.Certificate) switch
    {
        (null, null) => "not authenticated",
        ({ } name, null) => $"authenticated as {PeerText.Escape(name)}",
        (null, { } certificate) => $"authenticated by certificate {PeerText.Escape(certificate)}",
        ({ } name, { } certificate) => $"authenticated as {PeerText.Escape(name)}, by certificate {PeerText.Escape(certificate)}",
    };

    private static string Statement(StatementView statement) => statement.Statement switch
    {
        "default" => "its default",
        "several" => "several statements",
        _ => $"statement {statement.Statement}",
    };

    private static string Alternatives(ImmutableArray<string> paths) => paths.IsEmpty ? "" : $" ({string.Join(", ", paths)})";

    private static string Addresses(ImmutableArray<string> addresses) => string.Join(", ", addresses.Select(address => $"<{PeerText.Escape(address)}>"));
}
