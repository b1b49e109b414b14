namespace MailManager.Smtp.Grammar;

/// <summary>The commands this server tells apart (RFC 5321 §4.1.1, RFC 3207).</summary>
public enum SmtpVerb : byte
{
    Unknown,
    Helo,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,
    StartTls,
}
