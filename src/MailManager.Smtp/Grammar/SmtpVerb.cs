namespace MailManager.Smtp.Grammar;

/// <summary>The commands this server tells apart (RFC 5321 §4.1.1, RFC 3207, RFC 3030, RFC 4954, RFC 2033 and Postfix's XCLIENT).</summary>
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
    Auth,
    Bdat,
    Lhlo,
    XClient,

    /// <summary>
    /// What starts another protocol, such as HTTP's GET: a browser that was made to talk to a mail server, or a proxy header where none is expected.
    /// </summary>
    Foreign,
}
