using MailManager.Smtp.Tls;

namespace MailManager.Smtp.Server;

/// <summary>Settings of the sessions of one listener. Fixed once it is bound.</summary>
public sealed class SmtpServerOptions
{
    /// <summary>Name in the greeting and in the reply to EHLO (RFC 5321 §4.3.1).</summary>
    public required string Hostname { get; init; }

    /// <summary>Certificate and protocol settings of STARTTLS; null: not offered.</summary>
    public ITlsServerSettings? Tls { get; init; }

    /// <summary>Refuse mail in clear text with 530 5.7.0 (RFC 3207 §4).</summary>
    public bool RequireTls { get; init; }

    /// <summary>
    /// Sessions that the server has open at a time, on all its listeners; further connections hear 421 4.3.2 and are closed. Default 20,000, which
    /// take about 200 MiB when idle.
    /// </summary>
    public int MaxSessions { get; init; } = 20_000;

    /// <summary>Recipients of one transaction; more are answered 452 4.5.3. Default 100, the minimum of RFC 5321 §4.5.3.1.8.</summary>
    public int MaxRecipients { get; init; } = 100;

    /// <summary>Refused commands after which the session is closed with 421 4.7.0. Default 20, as Postfix's hard error limit.</summary>
    public int MaxErrors { get; init; } = 20;

    /// <summary>Longest wait for a command, a data block or the client to take a reply: 5 minutes (RFC 5321 §4.5.3.2.7).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest TLS handshake: 30 seconds, many round trips of a slow line.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest data phase as a whole, however slowly it flows: 30 minutes lets 40 MiB through at 24 kB/s.
    /// </summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(30);
}
