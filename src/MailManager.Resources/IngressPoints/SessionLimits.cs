namespace MailManager.Resources.IngressPoints;

/// <summary>Limits of the sessions of one ingress point: <c>Limits</c>, beyond the API. Sizes in octets.</summary>
public sealed record SessionLimits
{
    /// <summary>
    /// Sessions of this ingress point at a time, 1 to 1,000,000; beyond: 421 4.7.0 at connect. Null, the default: only the server's
    /// limits count.
    /// </summary>
    public int? Sessions { get; init; }

    /// <summary>
    /// Recipients of a transaction, 1 to 10,000; beyond: 452 4.5.3. Default 100, the least that RFC 5321 §4.5.3.1.8 asks for.
    /// </summary>
    public int Recipients { get; init; } = 100;

    /// <summary>Transactions of a session, 1 to 1,000,000; beyond: 421 4.7.0. Default 1000, this project's choice.</summary>
    public int Transactions { get; init; } = 1000;

    /// <summary>
    /// Commands of a session that were refused, 1 to 10,000; at the last: 421 4.7.0. Default 20, Postfix's
    /// <c>smtpd_hard_error_limit</c>.
    /// </summary>
    public int Errors { get; init; } = 20;

    /// <summary>
    /// Commands of a session that do not exist, 1 to 10,000; at the last: 421 4.7.0. Default 10, half of <see cref="Errors"/>: who
    /// sends them is rarely a mail server.
    /// </summary>
    public int UnknownCommands { get; init; } = 10;

    /// <summary>
    /// One command with its line end, 512 (RFC 5321 §4.5.3.1.4) to 12,288 (RFC 4954 §4); beyond: 500 5.5.2. Default 2048, Postfix's
    /// <c>line_length_limit</c>. Responses of AUTH may always have 12,288.
    /// </summary>
    public int CommandLine { get; init; } = 2048;

    /// <summary>The header block of a message, 16 KiB to 16 MiB; beyond: 552 5.3.4. Default 1 MiB, this project's choice.</summary>
    public int HeaderBlock { get; init; } = 1024 * 1024;

    /// <summary>
    /// One header field with its folded lines, 1000 (one line of RFC 5322 §2.1.1) to 16 MiB; beyond: 552 5.3.4. Default 128 KiB, this
    /// project's choice.
    /// </summary>
    public int HeaderField { get; init; } = 128 * 1024;

    /// <summary>Header fields of a message, 100 to 100,000; beyond: 552 5.3.4. Default 2000, this project's choice.</summary>
    public int HeaderFields { get; init; } = 2000;

    /// <summary>
    /// Received fields of a message, 10 to 1000; with more it goes in circles: 554 5.4.6. Default 50, Postfix's
    /// <c>hopcount_limit</c>; RFC 5321 §6.3 suggests 100.
    /// </summary>
    public int Hops { get; init; } = 50;

    /// <summary>
    /// Wait for a command, for a piece of a message or for the client to take a reply, 10 seconds to 1 hour; then 421 4.4.2. Default
    /// 5 minutes, the least that RFC 5321 §4.5.3.2.7 allows.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Time of a whole session, 1 minute to 1 day; then 421 4.4.2, with <see cref="DataTimeout"/> more for a transaction that has begun. Default 4 hours, this project's choice.
    /// </summary>
    public TimeSpan SessionTime { get; init; } = TimeSpan.FromHours(4);

    /// <summary>
    /// Time of a TLS handshake and of the PROXY header, 1 second to 5 minutes; then the connection ends without a reply. Default
    /// 30 seconds, this project's choice.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time of one message, from DATA or the first BDAT, 1 minute to 1 day; then 421 4.4.2. Default 30 minutes, this project's choice.</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Octets a second of a message, measured after its first minute, 0 (no limit) to 1,000,000; below: 421 4.4.2. Default 100, this
    /// project's choice: a modem is ten times as fast.
    /// </summary>
    public int MinDataRate { get; init; } = 100;
}
