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
/// for what a client sent; a call that throws all the same is logged and closes the connection, with nothing accepted. An answer that is not there
/// at once is waited for, however long it takes, with nothing else done for the session.
/// </summary>
public interface ISmtpSessionHandler
{
    /// <summary>Largest message in octets: announced with SIZE (RFC 1870), checked at MAIL and while data arrives. May change between messages.</summary>
    long MaxMessageSize { get; }

    /// <summary>
    /// The client is known: the greeting, code 220, or a refusal (554, 421) after which the connection is closed. Called again after XCLIENT.
    /// </summary>
    ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>MAIL, well-formed and in order. A positive reply opens the transaction.</summary>
    ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken);

    /// <summary>RCPT, well-formed and in order. A positive reply adds the recipient to the transaction.</summary>
    ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken);

    /// <summary>DATA or the first BDAT, with at least one recipient accepted. Code 354 and a sink, or a refusal and null.</summary>
    SmtpReply BeginData(out IMessageSink? sink);

    /// <summary>
    /// The data has been read to its end, or to the fault that ends it. A positive reply takes responsibility for the message (RFC 5321 §6.1), so it
    /// must be durable by then. Ends the transaction whatever the reply is.
    /// </summary>
    ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken);

    /// <summary>The transaction, if any, is given up: RSET, EHLO, STARTTLS, XCLIENT or the end of the session, also in the middle of its data.</summary>
    void Reset();

    /// <summary>The connection is gone; last call.</summary>
    void Close();
}
