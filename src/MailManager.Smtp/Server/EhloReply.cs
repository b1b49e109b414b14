using System.Globalization;
using System.Text;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>The reply to EHLO and LHLO: each extension exactly when the session can use it.</summary>
internal static class EhloReply
{
    public static SmtpReply Create(SmtpServerOptions options, SmtpSessionInfo session, long maxMessageSize, AuthDialogue? auth, bool mayUseXClient)
    {
        var text = new StringBuilder(options.Hostname, 320);
        text.Append(CultureInfo.InvariantCulture, $"\nPIPELINING\nSIZE {maxMessageSize}\n8BITMIME\nSMTPUTF8\nCHUNKING\nBINARYMIME\nDSN\nENHANCEDSTATUSCODES");
        text.Append(CultureInfo.InvariantCulture, $"\nLIMITS MAILMAX={options.Limits.Transactions} RCPTMAX={options.Limits.Recipients}");
        if (session.TlsCipherSuite is not null)
        {
            text.Append("\nREQUIRETLS");
        }
        else if (options.Tls is not null)
        {
            text.Append("\nSTARTTLS");
        }

        if (auth is not null && session.TlsCipherSuite is not null && session.AuthenticatedAs is null)
        {
            text.Append("\nAUTH ").Append(auth.Mechanisms);
        }

        if (mayUseXClient)
        {
            text.Append("\nXCLIENT ").Append(XClientCommand.Attributes);
        }

        return new SmtpReply(250, text.ToString());
    }
}
