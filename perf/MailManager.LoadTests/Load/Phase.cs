namespace MailManager.LoadTests.Load;

/// <summary>What is timed. Each is the time from sending the command to the end of its reply, unless said otherwise.</summary>
internal enum Phase
{
    /// <summary>From the intended arrival to the first octet sent for it: the driver's own lateness, and queueing for a session.</summary>
    Wait,

    /// <summary>From connect to the greeting and the reply to EHLO.</summary>
    Connect,

    /// <summary>From STARTTLS to the reply to the second EHLO.</summary>
    StartTls,
    Mail,
    Rcpt,

    /// <summary>From DATA to 354. With PIPELINING from the one write that carries MAIL, RCPT and DATA.</summary>
    Data,

    /// <summary>From the write of the body, whose end is the final dot, to 250.</summary>
    Dot,

    /// <summary>From the intended arrival to 250.</summary>
    Whole,
}
