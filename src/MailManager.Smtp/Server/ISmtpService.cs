using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Server;

/// <summary>What stands behind a listener. One for all its sessions; thread-safe.</summary>
public interface ISmtpService
{
    /// <summary>Called for every accepted connection. The returned handler serves that session only, one call at a time.</summary>
    ISmtpSessionHandler OpenSession(SmtpSessionInfo session);
}

/// <summary>
/// Decides about the events of one session and takes its messages. Calls come in the order of the dialogue, never two at a time. No call may throw
/// for what a client sent; a call that throws all the same is logged and closes the connection, with nothing accepted.
/// </summary>
public interface ISmtpSessionHandler
{
    /// <summary>Largest message in octets: announced with SIZE (RFC 1870), checked at MAIL and while data arrives. May change between messages.</summary>
    long MaxMessageSize { get; }

    /// <summary>The connection is open: the greeting, code 220, or a refusal (554, 421) after which it is closed.</summary>
    SmtpReply Connect();

    /// <summary>MAIL, well-formed and in order. A positive reply opens the transaction.</summary>
    SmtpReply Mail(in MailCommand command);

    /// <summary>RCPT, well-formed and in order. A positive reply adds the recipient to the transaction.</summary>
    SmtpReply Recipient(in RcptCommand command);

    /// <summary>DATA, with at least one recipient accepted. Code 354 and a sink, or a refusal and null.</summary>
    SmtpReply BeginData(out IMessageSink? sink);

    /// <summary>
    /// The data has been read to its end. A positive reply takes responsibility for the message (RFC 5321 §6.1), so it must be durable by then.
    /// Ends the transaction whatever the reply is.
    /// </summary>
    ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken);

    /// <summary>The transaction, if any, is given up: RSET, EHLO, STARTTLS or the end of the session.</summary>
    void Reset();

    /// <summary>The connection is gone; last call.</summary>
    void Close();
}
