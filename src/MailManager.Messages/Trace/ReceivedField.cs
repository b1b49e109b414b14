using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Cysharp.Text;
using MailManager.Messages.Envelope;

namespace MailManager.Messages.Trace;

/// <summary>
/// The trace field that this server puts in front of what it accepts (RFC 5321 §4.4). Microsoft 365 and Google find the original client by the
/// address literal in its <c>from</c> clause.
/// </summary>
public static class ReceivedField
{
    /// <summary>Field name, for counting hops.</summary>
    public static ReadOnlySpan<byte> Name => "Received"u8;

    /// <summary>
    /// Appends the whole field, CRLF included, with lines under 998 octets (RFC 5322 §2.1.1). A <c>for</c> clause is written only for a single
    /// recipient, so that no recipient learns of another (RFC 5321 §7.2).
    /// </summary>
    /// <param name="output">Receives UTF-8.</param>
    /// <param name="session">Its EHLO argument is checked syntax (a domain or address literal).</param>
    /// <param name="hostname">This server's name.</param>
    /// <param name="recipient">The only recipient, or null. One that is not ASCII is named only with SMTPUTF8 (RFC 6531 §3.7.3).</param>
    /// <param name="isUtf8">The message came with SMTPUTF8.</param>
    public static void Write(
        ref Utf8ValueStringBuilder output, SessionFacts session, string hostname, MessageId id, string? recipient, DateTimeOffset receivedAt, bool isUtf8 = false)
    {
        output.Append("Received: from ");
        output.Append(session.Helo);
        output.Append(session.Client.AddressFamily == AddressFamily.InterNetworkV6 ? " ([IPv6:" : " ([");
        output.Append(session.Client.Address);
        output.Append("])");
        if (session.IsTls)
        {
            output.Append("\r\n\t(using ");
            output.Append(session.TlsProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2");
            output.Append(" with cipher ");
            output.Append(session.TlsCipherSuite ?? string.Empty);
            output.Append(')');
        }

        output.Append("\r\n\tby ");
        output.Append(hostname);
        output.Append(" (MailManager) with ");
        output.Append(Protocol(session, isUtf8));
        output.Append(" id ");
        Span<char> text = stackalloc char[MessageId.TextLength];
        id.TryFormat(text, out _, default, null);
        output.Append(text);
        if (recipient is not null && (isUtf8 || System.Text.Ascii.IsValid(recipient)))
        {
            output.Append("\r\n\tfor <");
            output.Append(recipient);
            output.Append('>');
        }

        output.Append(";\r\n\t");
        AppendDate(ref output, receivedAt);
        output.Append("\r\n");
    }

    /// <summary>The field was written by the server of that name: its <c>by</c> clause names it (RFC 5321 §4.4).</summary>
    /// <param name="value">Of the field, folded or not.</param>
    /// <param name="hostname">ASCII.</param>
    public static bool IsBy(ReadOnlySpan<byte> value, string hostname)
    {
        while (true)
        {
            var by = value.IndexOf("by "u8);
            if (by < 0)
            {
                return false;
            }

            var isWord = by == 0 || value[by - 1] is (byte)' ' or (byte)'\t' or (byte)'\n';
            value = value[(by + 3)..].TrimStart(" \t\r\n"u8);
            if (isWord && value.Length >= hostname.Length && Ascii.EqualsIgnoreCase(value[..hostname.Length], hostname)
                && (value.Length == hostname.Length || value[hostname.Length] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)';'))
            {
                return true;
            }
        }
    }

    /// <summary>
    /// The registered word for how it came: S for TLS, A for AUTH (RFC 3848), and other names with SMTPUTF8 (RFC 6531 §4.3), which knows no
    /// session without EHLO.
    /// </summary>
    private static string Protocol(SessionFacts session, bool isUtf8) => (session.IsTls, session.AuthenticatedAs is not null) switch
    {
        (false, false) => isUtf8 ? session.IsLmtp ? "UTF8LMTP" : "UTF8SMTP" : session.IsLmtp ? "LMTP" : session.IsExtended ? "ESMTP" : "SMTP",
        (true, false) => isUtf8 ? session.IsLmtp ? "UTF8LMTPS" : "UTF8SMTPS" : session.IsLmtp ? "LMTPS" : "ESMTPS",
        (false, true) => isUtf8 ? session.IsLmtp ? "UTF8LMTPA" : "UTF8SMTPA" : session.IsLmtp ? "LMTPA" : "ESMTPA",
        (true, true) => isUtf8 ? session.IsLmtp ? "UTF8LMTPSA" : "UTF8SMTPSA" : session.IsLmtp ? "LMTPSA" : "ESMTPSA",
    };

    /// <summary>Appends a date as RFC 5322 §3.3 writes it, such as <c>Tue, 24 Nov 2026 02:39:24 +0000</c>, in UTC.</summary>
    public static void AppendDate(ref Utf8ValueStringBuilder output, DateTimeOffset date)
    {
        Span<byte> text = stackalloc byte[32];
        date.UtcDateTime.TryFormat(text, out var written, "ddd, dd MMM yyyy HH':'mm':'ss '+0000'");
        output.AppendLiteral(text[..written]);
    }
}
