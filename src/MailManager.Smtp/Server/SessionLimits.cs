namespace MailManager.Smtp.Server;

/// <summary>What one session may do before it is ended. Every limit has the reply that is given when it is reached.</summary>
public sealed record SessionLimits
{
    public static SessionLimits Default { get; } = new();

    /// <summary>Recipients of one transaction; more are answered 452 4.5.3. Default 100, the minimum of RFC 5321 §4.5.3.1.8.</summary>
    public int Recipients { get; init; } = 100;

    /// <summary>Transactions of one session; the next MAIL is answered 421 4.7.0. Default 1000.</summary>
    public int Transactions { get; init; } = 1000;

    /// <summary>Refused commands after which the session is closed with 421 4.7.0. Default 20, as Postfix's hard error limit.</summary>
    public int Errors { get; init; } = 20;

    /// <summary>Commands that are none after which the session is closed with 421 4.7.0. Default 10: a client that speaks something else.</summary>
    public int UnknownCommands { get; init; } = 10;

    /// <summary>
    /// Longest command line in octets, CRLF included; a longer one is answered 500 5.5.2. Default 2048: the 512 of RFC 5321 §4.5.3.1.4 and room for
    /// what extensions add to MAIL and RCPT. Where AUTH is offered, its lines may have 12,288 (RFC 4954 §4).
    /// </summary>
    public int CommandLine { get; init; } = 2048;

    /// <summary>Longest wait for a command, a data block or the client to take a reply; 421 4.4.2. Default 5 minutes (RFC 5321 §4.5.3.2.7).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest session; it is then ended with 421 4.4.2, a transaction that has begun after <see cref="DataTimeout"/> more. Default 4 hours.</summary>
    public TimeSpan SessionTime { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Longest TLS handshake or wait for a PROXY header, after which the connection is cut. Default 30 seconds.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest message transfer as a whole; 421 4.4.2. Default 30 minutes: 40 MiB at 24 kB/s.</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Octets a second that a message transfer must reach on average after its first minute; slower ones are ended with 421 4.4.2. Default 100;
    /// 0: no minimum.
    /// </summary>
    public int MinDataRate { get; init; } = 100;
}
