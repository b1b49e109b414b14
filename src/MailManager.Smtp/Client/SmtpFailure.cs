using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>Who is the cause of a failure.</summary>
public enum SmtpParty
{
    /// <summary>We refuse: configuration, or a message that must not be sent.</summary>
    Local,

    /// <summary>The peer refused, or does not speak SMTP.</summary>
    Peer,

    /// <summary>Names, connections, time-outs.</summary>
    Network,
}

/// <summary>How far a session was.</summary>
public enum SmtpPhase
{
    /// <summary>Routing and the TCP connection.</summary>
    Connect,
    Greeting,
    Hello,

    /// <summary>The STARTTLS command and its reply.</summary>
    StartTls,
    TlsHandshake,
    Authentication,
    Mail,
    Recipient,
    Data,

    /// <summary>While the message is sent, up to its final dot.</summary>
    Content,

    /// <summary>After the final dot: the peer may have the message.</summary>
    EndOfData,
}

/// <summary>A failure as a value. Whether it is permanent is not its business: that depends on who asks.</summary>
/// <param name="Party">Who failed.</param>
/// <param name="Phase">Where.</param>
/// <param name="Reply">The peer's reply, when there was one; else its code is 0.</param>
/// <param name="Reason">Our own words, printable ASCII.</param>
/// <param name="Status">For a local failure: the status that describes it, as in <c>5.6.0</c>. Otherwise none.</param>
public sealed record SmtpFailure(SmtpParty Party, SmtpPhase Phase, SmtpReply Reply, string Reason, EnhancedStatus Status = default)
{
    /// <summary>Name of the server with which no session came about; null where that is not the failure, or it had no name.</summary>
    public string? Host { get; init; }

    /// <summary>The peer answered.</summary>
    public bool HasReply => Reply.Code != 0;

    /// <summary>One line for logs and for the queue; the peer's text is escaped.</summary>
    public override string ToString() => HasReply ? $"{Reason}: {PeerText.Escape(Reply.ToString())}" : Reason;

    internal static SmtpFailure Refused(SmtpPhase phase, in SmtpReply reply) =>
        new(SmtpParty.Peer, phase, reply, $"refused at {Name(phase)}");

    internal static SmtpFailure Local(SmtpPhase phase, string reason, EnhancedStatus status = default) =>
        new(SmtpParty.Local, phase, default, reason, status);

    internal static SmtpFailure Fault(SmtpPhase phase, ReplyFault fault) => fault switch
    {
        ReplyFault.TimedOut => new(SmtpParty.Network, phase, default, $"timed out at {Name(phase)}"),
        ReplyFault.Invalid => new(SmtpParty.Peer, phase, default, $"invalid reply at {Name(phase)}"),
        _ => new(SmtpParty.Network, phase, default, $"connection lost at {Name(phase)}"),
    };

    internal static string Name(SmtpPhase phase) => phase switch
    {
        SmtpPhase.Connect => "connect",
        SmtpPhase.Greeting => "greeting",
        SmtpPhase.Hello => "hello",
        SmtpPhase.StartTls => "STARTTLS",
        SmtpPhase.TlsHandshake => "TLS handshake",
        SmtpPhase.Authentication => "AUTH",
        SmtpPhase.Mail => "MAIL",
        SmtpPhase.Recipient => "RCPT",
        SmtpPhase.Data => "DATA",
        SmtpPhase.Content => "message content",
        _ => "end of data",
    };
}

/// <summary>Why no reply came.</summary>
internal enum ReplyFault : byte
{
    None,
    Closed,
    TimedOut,
    Invalid,
}
